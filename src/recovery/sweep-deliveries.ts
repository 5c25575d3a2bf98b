import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { isActedOn } from '../intake/events.ts';
import type { DeliveryLog, LoggedDelivery, Redelivery, SweepStore } from './sweep-store.ts';

/** GitHub keeps and redelivers deliveries for three days. */
const KEPT_MS = 3 * 24 * 60 * 60_000;
/** How far a sweep overlaps the last one, to judge deliveries that were under way then. */
const OVERLAP_MS = 10 * 60_000;
/** A delivery without an error may take this long to be stored. */
const UNDER_WAY_MS = 15_000;
/** The log shows the result of a redelivery within this time, or never. */
const OUTCOME_MS = 30_000;
/** Most redeliveries of one delivery. */
const MAX_ATTEMPTS = 3;
/** The pause between two requests for redelivery. */
const BETWEEN_MS = 500;
/** Most redeliveries in one sweep; the next sweep follows at once. */
const MAX_REDELIVERIES = 200;
/** GUIDs in one statement: a database takes some 32,000 parameters, and a busy app has more deliveries in three days. */
const LOOKED_UP_AT_ONCE = 1_000;

export interface DeliverySweepContext {
  readonly deliveryLog: DeliveryLog;
  readonly store: SweepStore;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly log: Logger;
  readonly onFound: (count: number) => void;
}

/** The newest log entry of a delivery that isn't stored. */
interface Missed extends LoggedDelivery {
  /** When the delivery was first sent, as far as the log was read (epoch milliseconds). */
  readonly firstAt: number;
}

/**
 * Asks GitHub to redeliver the deliveries that aren't stored. GitHub doesn't redeliver by itself, and it shows a delivery as
 * successful if an earlier process answered without storing it. Returns the delay until the next sweep (milliseconds) if a
 * delivery is too young to be judged, otherwise null. Throws when GitHub can't answer now.
 */
export async function sweepDeliveries(context: DeliverySweepContext): Promise<number | null> {
  const { store, clock } = context;
  const now = clock.now();
  const began = await store.readBeginning();
  // The stored time is in the future if the clock was set back.
  const sweptAt = Math.min((await store.readDeliveriesSweptAt()) ?? began, now);
  const since = Math.max(now - KEPT_MS, began > now ? 0 : began, sweptAt - OVERLAP_MS);
  const missed = await findMissed(context, since);
  const { due, delay } = await judgeMissed(missed, context);
  await requestRedeliveries(due.slice(0, MAX_REDELIVERIES), context);
  if (due.length > MAX_REDELIVERIES) return 0;
  await store.saveDeliveriesSweptAt(now);
  return due.length > 0 ? Math.min(delay ?? OUTCOME_MS, OUTCOME_MS) : delay;
}

/** The deliveries that aren't stored, oldest first. */
async function findMissed(
  { deliveryLog, store }: DeliverySweepContext,
  since: number,
): Promise<readonly Missed[]> {
  const all = new Map<string, Missed>();
  for await (const page of deliveryLog.listSince(since)) {
    for (const one of page) {
      if (!isActedOn(one.event, one.action) || one.deliveredAt < since) continue;
      // Pages are newest first.
      all.set(one.guid, { ...(all.get(one.guid) ?? one), firstAt: one.deliveredAt });
    }
  }
  const missed: Missed[] = [];
  const guids = [...all.keys()];
  for (let from = 0; from < guids.length; from += LOOKED_UP_AT_ONCE) {
    for (const guid of await store.listUnknownDeliveries(guids.slice(from, from + LOOKED_UP_AT_ONCE))) {
      const one = all.get(guid);
      if (one) missed.push(one);
    }
  }
  return missed.sort((a, b) => a.firstAt - b.firstAt);
}

/** `due`: the deliveries to request now. `delay`: milliseconds until the next one can be judged, or null. */
async function judgeMissed(
  missed: readonly Missed[],
  { store, clock }: DeliverySweepContext,
): Promise<{ due: Missed[]; delay: number | null }> {
  const due: Missed[] = [];
  let delay: number | null = null;
  for (let from = 0; from < missed.length; from += LOOKED_UP_AT_ONCE) {
    const some = missed.slice(from, from + LOOKED_UP_AT_ONCE);
    const asked = await store.readRedeliveries(some.map(({ guid }) => guid));
    for (const one of some) {
      const before = asked.get(one.guid);
      if ((before?.attempts ?? 0) >= MAX_ATTEMPTS) continue;
      const left = timeUntilDue(one, before, clock);
      if (left <= 0) due.push(one);
      else delay = Math.min(delay ?? left, left);
    }
  }
  return { due, delay };
}

/** Milliseconds until the delivery can be judged; 0 or less: now. */
function timeUntilDue(missed: Missed, before: Redelivery | undefined, clock: Clock): number {
  if (before?.loggedId === missed.id) return OUTCOME_MS - ageOf(clock, before.askedAt);
  const isFailed = missed.statusCode === 0 || missed.statusCode >= 500;
  return isFailed ? 0 : UNDER_WAY_MS - (clock.now() - missed.deliveredAt);
}

async function requestRedeliveries(
  due: readonly Missed[],
  { store, deliveryLog, clock, sleep, log, onFound }: DeliverySweepContext,
): Promise<void> {
  let asked = 0;
  for (const one of due) {
    if (asked > 0) await sleep(BETWEEN_MS);
    // The delivery may have arrived meanwhile.
    if ((await store.listUnknownDeliveries([one.guid])).size === 0) continue;
    await store.noteRedelivery(one, stamp(clock));
    await deliveryLog.redeliver(one.id);
    asked += 1;
    log.info({ delivery: one.guid, event: one.event }, 'Delivery missed: asked GitHub to send it again');
  }
  onFound(asked);
}
