import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';

const DAY_MS = 24 * 60 * 60_000;
/**
 * Whatever the operator says, deliveries and deployments are kept so long (milliseconds): GitHub sends a delivery again
 * for three days, and it must then be known, with the deployments that are newer.
 */
const ALWAYS_KEPT_MS = 4 * DAY_MS;
/** GitHub redelivers for three days: older notes about redeliveries are of no use (milliseconds). */
const REDELIVERIES_KEPT_MS = 4 * DAY_MS;
/** 60 bytes for each re-run or press of a button: enough to know it again (milliseconds). */
const PRESSES_KNOWN_MS = 1_000 * DAY_MS;
/** At most so many concluded deployments are kept, and as many deliveries: with SQLite about 0.5 GB together. */
export const MAX_RECORDS = 200_000;
/** Records in one statement: webhooks wait for its end, some 20 ms (500 took 66 ms, and at times 240 ms). */
const BATCH = 100;
/** Records in one run, so that a stop never waits long for one; the rest is for the next. */
const MAX_PER_RUN = 2_000;
/** Steps in which one run gives freed space back. */
const MAX_RECLAIMS = 20;
/** A run that left something is followed by another after this time (milliseconds). */
const GO_ON_MS = 1_000;
const EVERY_MS = 60 * 60_000;

/** What is noted beside deliveries and deployments. */
export type NoteKind =
  | 'redelivery'
  | 'command'
  | 'configuration_run'
  | 'failure_comment'
  | 'github_deployment'
  | 'forgotten_press'
  | 'push_payload';

export type RecordKind = 'deployment' | 'delivery' | NoteKind;

/** Where a record stands among all of its kind: by its time (epoch milliseconds), then by its id. */
export interface RecordPosition {
  readonly time: number;
  readonly id: string;
}

export interface RecordRange {
  /** Only what comes after this one; null for the oldest. */
  readonly after: RecordPosition | null;
  /** Only what comes before this one. */
  readonly before: RecordPosition;
  /** At most so many are looked at. */
  readonly limit: number;
}

export interface RecordRemoval {
  readonly removed: number;
  /** Where the range goes on; null at its end. */
  readonly next: RecordPosition | null;
}

/** Removal of old records in short steps; what is still needed stays, whatever the range. */
export interface RetentionStore {
  /** The oldest of the `count` newest concluded deployments; null when there are fewer. */
  findDeploymentBound(count: number): Promise<RecordPosition | null>;
  /** The oldest of the `count` newest planned deliveries; null when there are fewer. */
  findDeliveryBound(count: number): Promise<RecordPosition | null>;
  /**
   * Concluded ones (by the time of their end) whose last report was written; the newest success of a workspace and the
   * successors of other deployments stay.
   */
  removeDeployments(range: RecordRange): Promise<RecordRemoval>;
  /** Planned ones (by the time of their receipt) that no stored deployment came from. */
  removeDeliveries(range: RecordRange): Promise<RecordRemoval>;
  /** At most `limit` notes of a kind from before a time; what is still owed to GitHub stays. */
  removeNotes(kind: NoteKind, before: number, limit: number): Promise<number>;
  /** Gives a bounded piece of the freed space back to the disk; false when none is left. */
  reclaimSpace(): Promise<boolean>;
}

export interface RetentionContext {
  readonly store: RetentionStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many days concluded deployments and deliveries are kept. */
  readonly days: number;
  /** `MAX_RECORDS`, but for tests. */
  readonly maxRecords?: number;
  /** Between two steps: lets everything else have its turn. */
  readonly pause: () => Promise<unknown>;
  readonly onRemoved: (kind: RecordKind, count: number) => void;
}

/**
 * Removes what is too old or too much, oldest first: deployments, then the deliveries that no deployment needs any more.
 * Returns in how many milliseconds to come again.
 */
export async function retainRecords(context: RetentionContext): Promise<number> {
  const { log } = context;
  const quota = new Quota();
  const deployments = await removeDeployments(context, quota);
  const deliveries = await removeDeliveries(context, quota);
  const removed: [RecordKind, number][] = [
    ['deployment', deployments],
    ['delivery', deliveries],
  ];
  for (const [kind, keptMs] of listNotes(context)) {
    removed.push([kind, await removeNotes(context, quota, kind, keptMs)]);
  }
  const found = removed.filter(([, count]) => count > 0);
  if (found.length > 0) log.info(Object.fromEntries(found), 'Old records were removed');
  for (const [kind, count] of found) context.onRemoved(kind, count);
  const spaceIsLeft = await reclaimSpace(context);
  return quota.left === 0 || spaceIsLeft ? GO_ON_MS : EVERY_MS;
}

async function reclaimSpace({ store, pause }: RetentionContext): Promise<boolean> {
  for (let step = 1; step <= MAX_RECLAIMS; step += 1) {
    if (!(await store.reclaimSpace())) return false;
    await pause();
  }
  return true;
}

/** What one run may still remove. */
class Quota {
  left = MAX_PER_RUN;
  get batch(): number {
    return Math.min(BATCH, this.left);
  }
}

async function removeDeployments(context: RetentionContext, quota: Quota): Promise<number> {
  const { store, maxRecords = MAX_RECORDS } = context;
  const bound = await store.findDeploymentBound(maxRecords);
  const before = laterOf(ageBound(context), bound);
  return removeRange(context, quota, before, (range) => store.removeDeployments(range));
}

async function removeDeliveries(context: RetentionContext, quota: Quota): Promise<number> {
  const { store, clock, maxRecords = MAX_RECORDS } = context;
  const bound = await store.findDeliveryBound(maxRecords);
  const wanted = laterOf(ageBound(context), bound);
  const allowed = { time: clock.now() - ALWAYS_KEPT_MS, id: '' };
  const before = wanted.time < allowed.time ? wanted : allowed;
  return removeRange(context, quota, before, (range) => store.removeDeliveries(range));
}

function ageBound(context: RetentionContext): RecordPosition {
  return { time: context.clock.now() - keptFor(context), id: '' };
}

/** How long records are kept (milliseconds). */
function keptFor({ days }: RetentionContext): number {
  return Math.max(days * DAY_MS, ALWAYS_KEPT_MS);
}

/** At the same time the bound by count is the later one: the bound by age stands before all of that time. */
function laterOf(byAge: RecordPosition, byCount: RecordPosition | null): RecordPosition {
  return byCount && byCount.time >= byAge.time ? byCount : byAge;
}

async function removeRange(
  { pause }: RetentionContext,
  quota: Quota,
  before: RecordPosition,
  remove: (range: RecordRange) => Promise<RecordRemoval>,
): Promise<number> {
  let total = 0;
  let after: RecordPosition | null = null;
  while (quota.left > 0) {
    const { removed, next }: RecordRemoval = await remove({ after, before, limit: quota.batch });
    quota.left -= removed;
    total += removed;
    if (!next) break;
    after = next;
    await pause();
  }
  return total;
}

/** For how many milliseconds the notes of each kind are kept. */
function listNotes(context: RetentionContext): [NoteKind, number][] {
  const kinds: NoteKind[] = [
    ...(['command', 'configuration_run', 'failure_comment', 'github_deployment', 'push_payload'] as const),
  ];
  return [
    ['redelivery', REDELIVERIES_KEPT_MS],
    ['forgotten_press', PRESSES_KNOWN_MS],
    ...kinds.map((kind): [NoteKind, number] => [kind, keptFor(context)]),
  ];
}

async function removeNotes(
  { store, clock, pause }: RetentionContext,
  quota: Quota,
  kind: NoteKind,
  keptMs: number,
): Promise<number> {
  let total = 0;
  while (quota.left > 0) {
    const limit = quota.batch;
    const removed = await store.removeNotes(kind, clock.now() - keptMs, limit);
    quota.left -= removed;
    total += removed;
    if (removed < limit) break;
    await pause();
  }
  return total;
}
