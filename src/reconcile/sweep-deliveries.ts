import type { Logger } from 'pino';
import { isActedOn } from '../domain/acted-events.ts';
import type { Clock, DeliveryLog, LoggedDelivery, SweepStore } from '../domain/ports.ts';

/** GitHub keeps deliveries, and sends them again, for three days (milliseconds). */
const KEPT_MS = 3 * 24 * 60 * 60_000;
/** A sweep reads so far back beyond the last one: deliveries under way then are judged now (milliseconds). */
const OVERLAP_MS = 10 * 60_000;
/** A delivery this young may still be on its way into the store (milliseconds). */
const UNDER_WAY_MS = 15_000;
/** How often one delivery is asked for. */
const MAX_ATTEMPTS = 3;
/** At most so many are asked for in one sweep; the rest waits for the next. */
const MAX_REDELIVERIES = 200;
/** So many are looked up in one statement: a database takes some 32,000 parameters, and a busy app has more in three days. */
const LOOKED_UP_AT_ONCE = 1_000;

export interface DeliverySweepContext {
  readonly deliveryLog: DeliveryLog;
  readonly store: SweepStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFound: (count: number) => void;
}

/**
 * Asks GitHub to send again what never arrived here: GitHub does not do so by itself, and a delivery that an earlier
 * process answered without storing it looks fine to GitHub. Throws when GitHub can't answer now.
 */
export async function sweepDeliveries(context: DeliverySweepContext): Promise<void> {
  const { store, clock, log } = context;
  const now = clock.now();
  const began = await store.readBeginning();
  // By a clock that was ahead, and set back since, it may be in the future.
  const sweptAt = Math.min((await store.readDeliveriesSweptAt()) ?? began, now);
  const since = Math.max(now - KEPT_MS, began > now ? 0 : began, sweptAt - OVERLAP_MS);
  const missed = await findMissed(context, since, now);
  const asked = missed.slice(0, MAX_REDELIVERIES);
  for (const delivery of asked) {
    await store.noteRedelivery(delivery.guid, clock.now());
    await context.deliveryLog.redeliver(delivery.id);
    log.info(
      { delivery: delivery.guid, event: delivery.event },
      'Delivery missed: asked GitHub to send it again',
    );
  }
  context.onFound(asked.length);
  if (asked.length === missed.length) await store.saveDeliveriesSweptAt(now);
}

/** The newest entry of each missed GUID, oldest delivery first. */
async function findMissed(
  { deliveryLog, store }: DeliverySweepContext,
  since: number,
  now: number,
): Promise<LoggedDelivery[]> {
  const newest = new Map<string, LoggedDelivery>();
  for await (const page of deliveryLog.listSince(since)) {
    for (const one of page) {
      const isOurs = isActedOn(one.event, one.action) && one.deliveredAt >= since;
      if (isOurs && !newest.has(one.guid)) newest.set(one.guid, one);
    }
  }
  const settled = [...newest.values()].filter((one) => one.deliveredAt <= now - UNDER_WAY_MS);
  const missed: LoggedDelivery[] = [];
  for (let from = 0; from < settled.length; from += LOOKED_UP_AT_ONCE) {
    missed.push(...(await leaveOutKnown(settled.slice(from, from + LOOKED_UP_AT_ONCE), store)));
  }
  return missed.reverse();
}

/** Those that aren't stored, and weren't asked for too often. */
async function leaveOutKnown(
  deliveries: readonly LoggedDelivery[],
  store: DeliverySweepContext['store'],
): Promise<LoggedDelivery[]> {
  const unknown = await store.listUnknownDeliveries(deliveries.map((one) => one.guid));
  const attempts = await store.countRedeliveries([...unknown]);
  return deliveries.filter((one) => unknown.has(one.guid) && (attempts.get(one.guid) ?? 0) < MAX_ATTEMPTS);
}
