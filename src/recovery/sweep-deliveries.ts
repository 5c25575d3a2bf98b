import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { isActedOn } from '../intake/events.ts';
import type { DeliveryLog, LoggedDelivery, Redelivery } from './delivery-log.ts';
import type { SweepStore } from './sweep-store.ts';

/** GitHub keeps deliveries, and sends them again, for three days (milliseconds). */
const KEPT_MS = 3 * 24 * 60 * 60_000;
/** A sweep reads so far back beyond the last one: deliveries under way then are judged now (milliseconds). */
const OVERLAP_MS = 10 * 60_000;
/** A delivery this young that doesn't count as failed may still be on its way into the store (milliseconds). */
const UNDER_WAY_MS = 15_000;
/** The log shows what became of a redelivery within this time, or never (milliseconds). */
const OUTCOME_MS = 30_000;
/** How often one delivery is asked for. */
const MAX_ATTEMPTS = 3;
/** At most two a second are asked for (milliseconds). */
const BETWEEN_MS = 500;
/** At most so many are asked for in one sweep; the rest waits for the next, which begins at once. */
const MAX_REDELIVERIES = 200;
/** So many are looked up in one statement: a database takes some 32,000 parameters, and a busy app has more in three days. */
const LOOKED_UP_AT_ONCE = 1_000;

export interface DeliverySweepContext {
  readonly deliveryLog: DeliveryLog;
  readonly store: SweepStore;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly log: Logger;
  readonly onFound: (count: number) => void;
}

/** A delivery that isn't stored, by its newest entry in the log. */
interface Missed extends LoggedDelivery {
  /** When it was sent first, as far as the log was read. */
  readonly firstAt: number;
}

/**
 * Asks GitHub to send again what never arrived here: GitHub does not do so by itself, and a delivery that an earlier
 * process answered without storing it looks fine to GitHub. Returns in how many milliseconds another look is due for what
 * is too young to be judged; null: none is needed. Throws when GitHub can't answer now.
 */
export async function sweepDeliveries(context: DeliverySweepContext): Promise<number | null> {
  const { store, clock } = context;
  const now = clock.now();
  const began = await store.readBeginning();
  // By a clock that was ahead, and set back since, it may be in the future.
  const sweptAt = Math.min((await store.readDeliveriesSweptAt()) ?? began, now);
  const since = Math.max(now - KEPT_MS, began > now ? 0 : began, sweptAt - OVERLAP_MS);
  const missed = await findMissed(context, since);
  const { due, nextMs } = await judgeMissed(missed, context);
  await askAgain(due.slice(0, MAX_REDELIVERIES), context);
  if (due.length > MAX_REDELIVERIES) return 0;
  await store.saveDeliveriesSweptAt(now);
  return due.length > 0 ? Math.min(nextMs ?? OUTCOME_MS, OUTCOME_MS) : nextMs;
}

/** Those that aren't stored, the one that was sent first first. */
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

/** Which of them are asked for now, and in how many milliseconds the first of the others can be judged. */
async function judgeMissed(
  missed: readonly Missed[],
  { store, clock }: DeliverySweepContext,
): Promise<{ due: Missed[]; nextMs: number | null }> {
  const due: Missed[] = [];
  let nextMs: number | null = null;
  for (let from = 0; from < missed.length; from += LOOKED_UP_AT_ONCE) {
    const some = missed.slice(from, from + LOOKED_UP_AT_ONCE);
    const asked = await store.readRedeliveries(some.map(({ guid }) => guid));
    for (const one of some) {
      const before = asked.get(one.guid);
      if ((before?.attempts ?? 0) >= MAX_ATTEMPTS) continue;
      const waitMs = waitFor(one, before, clock);
      if (waitMs <= 0) due.push(one);
      else nextMs = Math.min(nextMs ?? waitMs, waitMs);
    }
  }
  return { due, nextMs };
}

function waitFor(missed: Missed, before: Redelivery | undefined, clock: Clock): number {
  if (before?.loggedId === missed.id) return OUTCOME_MS - ageOf(clock, before.askedAt);
  const isFailed = missed.statusCode === 0 || missed.statusCode >= 500;
  return isFailed ? 0 : UNDER_WAY_MS - (clock.now() - missed.deliveredAt);
}

async function askAgain(
  due: readonly Missed[],
  { store, deliveryLog, clock, sleep, log, onFound }: DeliverySweepContext,
): Promise<void> {
  let asked = 0;
  for (const one of due) {
    if (asked > 0) await sleep(BETWEEN_MS);
    // It may have arrived meanwhile.
    if ((await store.listUnknownDeliveries([one.guid])).size === 0) continue;
    await store.noteRedelivery(one, stamp(clock));
    await deliveryLog.redeliver(one.id);
    asked += 1;
    log.info({ delivery: one.guid, event: one.event }, 'Delivery missed: asked GitHub to send it again');
  }
  onFound(asked);
}
