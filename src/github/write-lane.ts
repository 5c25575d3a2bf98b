import { RateBudget } from './rate-budget.ts';

/** In the order in which they are written. */
export type WriteKind = 'create' | 'final' | 'state' | 'log';

const PRIORITY: Record<WriteKind, number> = { create: 0, final: 1, state: 2, log: 3 };

/** Milliseconds between two writes of one run that only the growth of its log asks for; the last one repeats. */
const LOG_INTERVALS_MS = [5_000, 10_000, 20_000, 30_000];
/** Log writes of one installation: the design's pace, well below GitHub's 80 a minute and 500 an hour. */
const LOG_WRITES_PER_MINUTE = 20;
const LOG_WRITES_PER_HOUR = 300;
/** From so many in an hour on, what is left of the hour's writes is spread over it: no log stands still for long. */
const LOG_WRITES_AT_ONCE = 60;
/** GitHub asks for a second between two writes (milliseconds). */
const WRITE_GAP_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;

/** One check run that is behind its deployment. */
export interface LaneEntry {
  readonly deploymentId: string;
  /** What is owed; null when only the log may have grown. */
  owed: Exclude<WriteKind, 'log'> | null;
  logGrew: boolean;
  /** The reconciler let the conclusion out: the log that goes with it is read. */
  mayConclude: boolean;
  /** Not before this time (epoch milliseconds): after a failure. */
  notBefore: number;
  lastWriteAt: number;
  logWrites: number;
  /** Failed writes in a row, and when the first of them was (epoch milliseconds). */
  failures: number;
  failingSince: number;
  /** What was written last, without what only time changes; null when unknown. */
  digest: string | null;
}

export type NextWrite =
  | { readonly kind: 'write'; readonly entry: LaneEntry; readonly write: WriteKind }
  /** Nothing may be written before so many milliseconds have passed. */
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'idle' };

/** Decides which of an installation's check runs is written next, and when: one write at a time, at GitHub's pace. */
export class WriteLane {
  readonly entries = new Map<string, LaneEntry>();
  /** GitHub asked for a pause until then (epoch milliseconds). */
  pausedUntil = 0;
  /** Since when the installation can't be used (suspended, removed); null while it can. */
  blockedSince: number | null = null;
  /** When it is tried next. */
  #blockedUntil = 0;
  #blocksInRow = 0;
  /** Limits in a row for which GitHub named no time. */
  #limitsInRow = 0;
  #lastWriteAt = 0;
  #logWriteTimes: number[] = [];
  readonly #budget: RateBudget;

  /** `budget`: of the installation's requests; the less is left, the less is written. */
  constructor(budget = new RateBudget()) {
    this.#budget = budget;
  }

  entry(deploymentId: string): LaneEntry {
    const known = this.entries.get(deploymentId);
    if (known) return known;
    const entry: LaneEntry = {
      ...{ deploymentId, owed: null, logGrew: false, mayConclude: false, notBefore: 0 },
      ...{ lastWriteAt: 0, logWrites: 0, failures: 0, failingSince: 0, digest: null },
    };
    this.entries.set(deploymentId, entry);
    return entry;
  }

  next(now: number): NextWrite {
    const floor = Math.max(this.pausedUntil, this.#blockedUntil, this.#lastWriteAt + WRITE_GAP_MS);
    let best: Candidate | null = null;
    for (const entry of this.entries.values()) {
      const write: WriteKind | null = entry.owed ?? (entry.logGrew ? 'log' : null);
      if (!write) continue;
      const allowedAt = Math.max(this.#budget.allowsAt(write, now), entry.notBefore);
      const dueAt = Math.max(floor, allowedAt, write === 'log' ? this.#logDueAt(entry, now) : 0);
      const one: Candidate = { entry, write, dueAt };
      if (!best || comesBefore(one, best, now)) best = one;
    }
    if (!best) return { kind: 'idle' };
    if (best.dueAt > now) return { kind: 'wait', ms: best.dueAt - now };
    return { kind: 'write', entry: best.entry, write: best.write };
  }

  /** GitHub limits this installation; where it names no time, the pause grows from a minute to a quarter of an hour. */
  pause(waitMs: number | null, now: number): void {
    const own = growPause(this.#limitsInRow);
    if (waitMs === null) this.#limitsInRow += 1;
    this.pausedUntil = now + (waitMs ?? own);
  }

  /** The installation can't be used: one write tries again after a minute, and then ever more rarely. */
  block(now: number): void {
    this.blockedSince ??= now;
    this.#blockedUntil = now + growPause(this.#blocksInRow);
    this.#blocksInRow += 1;
  }

  /** It is worth another try at once. */
  unblock(): void {
    this.blockedSince = null;
    this.#blockedUntil = 0;
    this.#blocksInRow = 0;
  }

  /** A write was taken. */
  noteSuccess(): void {
    this.#limitsInRow = 0;
    this.unblock();
  }

  /** A request was sent, whatever came of it. */
  noteWrite(entry: LaneEntry, write: WriteKind, now: number): void {
    this.#lastWriteAt = now;
    entry.lastWriteAt = now;
    if (write !== 'log') return;
    entry.logWrites += 1;
    this.#logWriteTimes.push(now);
  }

  #logDueAt(entry: LaneEntry, now: number): number {
    const interval = LOG_INTERVALS_MS[Math.min(entry.logWrites, LOG_INTERVALS_MS.length - 1)] ?? 0;
    this.#logWriteTimes = this.#logWriteTimes.filter((time) => time > now - HOUR_MS);
    const times = this.#logWriteTimes;
    const minuteSlot = times.at(-LOG_WRITES_PER_MINUTE);
    return Math.max(
      entry.lastWriteAt + interval,
      minuteSlot === undefined ? 0 : minuteSlot + MINUTE_MS,
      this.#hourSlot(),
    );
  }

  #hourSlot(): number {
    const times = this.#logWriteTimes;
    const [first, last] = [times[0], times.at(-1)];
    if (first === undefined || last === undefined || times.length < LOG_WRITES_AT_ONCE) return 0;
    const left = LOG_WRITES_PER_HOUR - times.length;
    return Math.ceil(last + (first + HOUR_MS - last) / (left + 1));
  }
}

function growPause(timesInRow: number): number {
  return Math.min(LONGEST_PAUSE_MS, MINUTE_MS * 2 ** timesInRow);
}

type Candidate = { entry: LaneEntry; write: WriteKind; dueAt: number };

/** What is due comes first, then the kind, then (the fair share) the run that was written longest ago. */
function comesBefore(a: Candidate, b: Candidate, now: number): boolean {
  const aWait = Math.max(0, a.dueAt - now);
  const bWait = Math.max(0, b.dueAt - now);
  if (aWait === 0 && bWait === 0) {
    return (
      PRIORITY[a.write] - PRIORITY[b.write] < 0 ||
      (a.write === b.write && a.entry.lastWriteAt < b.entry.lastWriteAt)
    );
  }
  return aWait < bWait;
}
