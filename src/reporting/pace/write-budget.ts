/** In the order in which they go out. */
export type WriteKind = 'create' | 'final' | 'state' | 'reply' | 'log';

/** Writes that may go out at once, and how long it takes until one more may (milliseconds). */
const BURST = 10;
const REFILL_MS = 1_000;
/** GitHub's 500 an hour. Its 80 a minute need no window: a full bucket and its refill are 70. */
const PER_HOUR = 500;
/** The part that only creates and conclusions may use. */
const KEPT_FOR_ENDS = 150;
/** An hour, and the longest that a request may take: GitHub counts a write when it arrives (milliseconds). */
const HOUR_MS = 3_600_000 + 30_000;
/** Once an hour's writes are used up, creates and conclusions go on at 10 a minute (milliseconds). */
const BEYOND_MS = 6_000;
/** How much of the bucket a write needs: creates and conclusions find most of the burst free. */
const NEEDED: Record<Exclude<WriteKind, 'log'>, number> = {
  create: 1,
  final: 1,
  state: 4,
  reply: 4,
};
/** A log needs this and one for each running run: their conclusions find room. With seven runs the bucket has to be full. */
const NEEDED_BY_LOGS = 3;

/** So many writes of an hour may be spent on live logs at full pace; what is left then is spread over the hour. */
const LIVE_WRITES = 200;
/** A line must be visible within 5 s: the rest is for reading the log and for the write. */
const SHORTEST_LOG_INTERVAL_MS = 4_500;
const LONGEST_LOG_INTERVAL_MS = 60_000;
const MINUTE_MS = 60_000;

/**
 * What one installation may write: everything that GitHub counts as creating content. It knows no clock: times are milliseconds
 * of one that never steps.
 */
export class WriteBudget {
  /** The times of the writes of the last hour, ascending. */
  readonly #times: number[] = [];
  /** When the bucket is full again. */
  #fullAt = Number.NEGATIVE_INFINITY;

  /** `earlier`: times of writes that another process made, ascending. */
  constructor(earlier: readonly number[] = []) {
    for (const time of earlier) this.take(time);
  }

  /** When a write of this kind may go out, while so many runs are running: `now`, or later. */
  allowsAt(kind: WriteKind, now: number, running = 0): number {
    const needed = kind === 'log' ? Math.min(BURST, NEEDED_BY_LOGS + running) : NEEDED[kind];
    const bucketAt = this.#fullAt - (BURST - needed) * REFILL_MS;
    return Math.max(now, bucketAt, this.#hourAt(kind, now));
  }

  take(now: number): void {
    this.#forget(now);
    this.#times.push(now);
    this.#fullAt = Math.max(this.#fullAt, now) + REFILL_MS;
  }

  /** The write that was taken at `time` was not sent. */
  giveBack(time: number): void {
    const index = this.#times.lastIndexOf(time);
    if (index < 0) return;
    this.#times.splice(index, 1);
    this.#fullAt -= REFILL_MS;
  }

  /** Only creates and conclusions go on. */
  isUsedUp(now: number): boolean {
    return this.#count(now) >= PER_HOUR;
  }

  /** Milliseconds between two writes of one run that only its log asks for, while `running` runs share the budget. */
  chooseLogInterval(running: number, now: number): number {
    const interval = (running * MINUTE_MS) / this.#logsPerMinute(now);
    return Math.round(Math.max(SHORTEST_LOG_INTERVAL_MS, Math.min(LONGEST_LOG_INTERVAL_MS, interval)));
  }

  #logsPerMinute(now: number): number {
    const used = this.#count(now);
    const most = MINUTE_MS / REFILL_MS;
    if (used < LIVE_WRITES) return most;
    const minutesLeft = ((this.#times[0] ?? now) + HOUR_MS - now) / MINUTE_MS;
    return Math.min(most, Math.max(0, PER_HOUR - KEPT_FOR_ENDS - used) / Math.max(1, minutesLeft));
  }

  /** When the hour has room for a write of this kind. */
  #hourAt(kind: WriteKind, now: number): number {
    const isEnd = kind === 'create' || kind === 'final';
    const limit = isEnd ? PER_HOUR : PER_HOUR - KEPT_FOR_ENDS;
    const used = this.#count(now);
    if (used < limit) return now;
    if (isEnd) return (this.#times.at(-1) ?? now) + BEYOND_MS;
    return (this.#times[used - limit] ?? now) + HOUR_MS;
  }

  #count(now: number): number {
    this.#forget(now);
    return this.#times.length;
  }

  #forget(now: number): void {
    const kept = this.#times.findIndex((time) => time + HOUR_MS > now);
    this.#times.splice(0, kept < 0 ? this.#times.length : kept);
  }
}
