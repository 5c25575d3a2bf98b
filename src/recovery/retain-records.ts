import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';

const DAY_MS = 24 * 60 * 60_000;
/**
 * Deliveries and deployments are kept at least this long. GitHub redelivers for three days, and the app must
 * then know the delivery and newer deployments.
 */
const ALWAYS_KEPT_MS = 4 * DAY_MS;
/** GitHub redelivers for three days, so older records of redeliveries have no use. */
const REDELIVERIES_KEPT_MS = 4 * DAY_MS;
/** A record of a re-run or button press has 60 bytes and prevents a repetition. */
const PRESSES_KNOWN_MS = 1_000 * DAY_MS;
/** Most concluded deployments, and most deliveries, that are kept: with SQLite about 0.5 GB together. */
export const MAX_RECORDS = 200_000;
/** Records in one statement. Webhooks wait about 20 ms for it (500 records took 66 ms, sometimes 240 ms). */
const BATCH = 100;
/** Records in one run, so that a stop never waits long for it. */
const MAX_PER_RUN = 2_000;
/** Steps of giving freed space back in one run. */
const MAX_RECLAIMS = 20;
/** The delay until the next run if records are left. */
const GO_ON_MS = 1_000;
const EVERY_MS = 60 * 60_000;

/** Records other than deliveries and deployments. */
export type NoteKind =
  | 'redelivery'
  | 'command'
  | 'configuration_run'
  | 'pipeline_watch'
  | 'failure_comment'
  | 'failure_issue'
  | 'notification'
  | 'github_deployment'
  | 'forgotten_press'
  | 'push_payload';

export type RecordKind = 'deployment' | 'delivery' | NoteKind;

/** The order of the records of a kind: by time (epoch milliseconds), then by id. */
export interface RecordPosition {
  readonly time: number;
  readonly id: string;
}

export interface RecordRange {
  /** Exclusive; null begins with the oldest record. */
  readonly after: RecordPosition | null;
  /** Exclusive. */
  readonly before: RecordPosition;
  /** The most records to look at. */
  readonly limit: number;
}

export interface RecordRemoval {
  readonly removed: number;
  /** The value of `after` for the next step; null at the end of the range. */
  readonly next: RecordPosition | null;
}

/** Removes old records in short steps. Keeps records that are still needed, whatever the range. */
export interface RetentionStore {
  /** The oldest of the `count` newest concluded deployments; null when there are fewer. */
  findDeploymentBound(count: number): Promise<RecordPosition | null>;
  /** The oldest of the `count` newest planned deliveries; null when there are fewer. */
  findDeliveryBound(count: number): Promise<RecordPosition | null>;
  /**
   * Removes concluded deployments (by the time of their end) whose last report was written. Keeps the newest success of each
   * workspace and the deployments that replaced others.
   */
  removeDeployments(range: RecordRange): Promise<RecordRemoval>;
  /** Removes planned deliveries (by the time of their receipt) without a stored deployment. */
  removeDeliveries(range: RecordRange): Promise<RecordRemoval>;
  /** Removes at most `limit` notes of a kind from before a time (epoch milliseconds). Keeps notes with waiting writes. */
  removeNotes(kind: NoteKind, before: number, limit: number): Promise<number>;
  /** Gives a bounded part of the freed space back to the disk; returns false when none is left. */
  reclaimSpace(): Promise<boolean>;
}

export interface RetentionContext {
  readonly store: RetentionStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many days concluded deployments and deliveries are kept. */
  readonly days: number;
  /** `MAX_RECORDS`; tests set it lower. */
  readonly maxRecords?: number;
  /** Lets other work run between two steps. */
  readonly pause: () => Promise<unknown>;
  readonly onRemoved: (kind: RecordKind, count: number) => void;
}

/**
 * Removes records that are too old or too many, oldest first: deployments, then deliveries that no deployment needs. Returns
 * the delay until the next run (milliseconds).
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

/** The records that one run may still remove. */
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

/** Of two bounds with equal times the bound by count is later, since the bound by age precedes all ids. */
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

/** The kinds of notes, and how long each is kept (milliseconds). */
function listNotes(context: RetentionContext): [NoteKind, number][] {
  const kinds: readonly NoteKind[] = [
    'command',
    'configuration_run',
    'pipeline_watch',
    'failure_comment',
    'failure_issue',
    'notification',
    'github_deployment',
    'push_payload',
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
