/** In order of priority. */
export type WriteKind = 'create' | 'final' | 'required' | 'check' | 'state' | 'reply' | 'log';

/** The bucket: its size in writes, and the time to refill one. */
const BURST = 10;
const REFILL_MS = 1_000;
/** GitHub's limit. Its 80 writes a minute need no window, because a full bucket and its refill allow 70. */
const PER_HOUR = 500;
/** Reserved for creates and conclusions. */
const KEPT_FOR_ENDS = 150;
/** An hour plus the longest duration of a request, because GitHub counts a write when it arrives. */
const HOUR_MS = 3_600_000 + 30_000;
/** After the hour's limit, creates and conclusions continue at 10 a minute. */
const BEYOND_MS = 6_000;
/** How full the bucket must be for a write: most of the burst stays free for creates and conclusions. */
const NEEDED: Record<Exclude<WriteKind, 'log'>, number> = {
  create: 1,
  final: 1,
  required: 1,
  check: 3,
  state: 4,
  reply: 4,
};
/** A log needs this much plus one for each running run, to leave room for their conclusions. */
const NEEDED_BY_LOGS = 3;

/** Up to this many writes in an hour, live logs have full pace. The remaining writes are spread over the hour. */
const LIVE_WRITES = 200;
/** A line must be visible within 5 s, which includes reading the log and the write. */
const SHORTEST_LOG_INTERVAL_MS = 4_500;
const LONGEST_LOG_INTERVAL_MS = 60_000;
const MINUTE_MS = 60_000;

/**
 * Limits one installation's writes, which GitHub counts as content creation. Times are milliseconds of a clock that never
 * jumps.
 */
export class WriteBudget {
  /** The times of the writes of the last hour, ascending. */
  readonly #times: number[] = [];
  /** When the bucket is full again. */
  #fullAt = Number.NEGATIVE_INFINITY;

  /** `earlier`: times of writes by other processes, ascending. */
  constructor(earlier: readonly number[] = []) {
    for (const time of earlier) this.take(time);
  }

  /** The earliest time for a write of this kind, `now` or later. */
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

  /** Undoes `take(time)` for a write that was not sent. */
  giveBack(time: number): void {
    const index = this.#times.lastIndexOf(time);
    if (index < 0) return;
    this.#times.splice(index, 1);
    this.#fullAt -= REFILL_MS;
  }

  /** If true, only creates and conclusions continue. */
  isUsedUp(now: number): boolean {
    return this.#count(now) >= PER_HOUR;
  }

  /** The time between two log writes of a run while `running` runs share the budget. */
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

  /** When the hour's limit allows a write of this kind. */
  #hourAt(kind: WriteKind, now: number): number {
    // Merges wait for a required check, so it has a share in what is kept.
    const isEnd = kind === 'create' || kind === 'final' || kind === 'required';
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
