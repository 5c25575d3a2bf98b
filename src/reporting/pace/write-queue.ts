import type { GitHubFailure, GitHubResult } from '../../domain/github-result.ts';
import { growDelay } from '../../domain/retry-delay.ts';
import type { RateBudget } from '../../github/rate-budget.ts';
import {
  type Candidate,
  chooseWrite,
  comesBefore,
  openRun,
  type QueuedRun,
  whenDue,
  whenToRead,
} from './queued-run.ts';
import { WriteBudget, type WriteKind } from './write-budget.ts';

/** Check runs of one installation that are written side by side; GitHub takes 100 requests at once. */
const WRITES_AT_ONCE = 5;
/** How soon a reply tries again while check runs are due (milliseconds). */
const REPLY_RETRY_MS = 1_000;
/** How soon a log is read again while the budget is not known yet (milliseconds). */
const OPENING_MS = 1_000;
const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;

export type NextWrite =
  | { readonly kind: 'write'; readonly run: QueuedRun; readonly write: WriteKind }
  /** Nothing may be written before so many milliseconds have passed. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'idle' };

/** Sends one write; what it needs of the budget is taken. */
export type SendWrite = <T>(request: () => Promise<T>) => Promise<T>;

export interface WriteQueuePorts {
  /** The installation's budget of requests. */
  readonly requests: RateBudget;
  readonly elapsed: () => number;
  /** When the installation was written for within the last hour, ascending. */
  readonly readWrites: () => Promise<readonly number[]>;
  /** Other instances also write replies for the installation. */
  readonly isShared: boolean;
  /** Stores that a write goes out now. */
  readonly noteWrite: () => Promise<void>;
  /** A write goes out although the hour's writes are used up. */
  readonly onBeyond: () => void;
}

/** Decides which of an installation's writes goes out next, and when. */
export class WriteQueue {
  readonly runs = new Map<string, QueuedRun>();
  /** Since when the installation is unusable (suspended, removed); null while it works. */
  blockedSince: number | null = null;
  /** When it is tried next. */
  #blockedUntil = Number.NEGATIVE_INFINITY;
  #blocksInRow = 0;
  #busy = 0;
  #budget: WriteBudget | null = null;
  #opening: Promise<void> | null = null;
  #lastReply: Promise<unknown> = Promise.resolve();
  /** When the last of the replies that were sent away is to come back. */
  #replyPromisedAt = Number.NEGATIVE_INFINITY;
  readonly #ports: WriteQueuePorts;

  constructor(ports: WriteQueuePorts) {
    this.#ports = ports;
  }

  /** Reads what other processes wrote: nothing is sent before that. Rejects when the store is unavailable. */
  open(): Promise<void> {
    this.#opening ??= this.#readBudget();
    return this.#opening;
  }

  /** Counts the writes of other instances. */
  async recount(): Promise<WriteBudget> {
    const budget = new WriteBudget(await this.#ports.readWrites());
    this.#budget = budget;
    return budget;
  }

  get isOpen(): boolean {
    return this.#budget !== null;
  }

  run(id: string): QueuedRun {
    const known = this.runs.get(id);
    if (known) return known;
    const run = openRun(id);
    this.runs.set(id, run);
    return run;
  }

  next(now: number): NextWrite {
    // While the installation is unusable, one write at a time tries it.
    const atOnce = this.blockedSince === null ? WRITES_AT_ONCE : 1;
    const budget = this.#budget;
    if (!budget || this.#busy >= atOnce) return { kind: 'idle' };
    const running = this.#countRunning();
    const interval = budget.chooseLogInterval(running, now);
    let best: Candidate | null = null;
    for (const run of this.runs.values()) {
      const one = run.isBusy ? null : this.#consider(run, budget, { now, running, interval });
      if (one && (!best || comesBefore(one, best, now))) best = one;
    }
    if (!best) return { kind: 'idle' };
    if (best.dueAt > now) return { kind: 'wait', delayMs: best.dueAt - now };
    return { kind: 'write', run: best.run, write: best.write };
  }

  /** Runs the work of a due run. Only what it sends counts against the budget. */
  async write<T>(run: QueuedRun, work: (send: SendWrite) => Promise<T>): Promise<T> {
    const budget = this.#budget;
    if (!budget) throw new Error('What was written before is not known yet.');
    this.#busy += 1;
    run.isBusy = true;
    try {
      return await this.#withSlot(budget, work);
    } finally {
      run.isBusy = false;
      this.#busy -= 1;
    }
  }

  /** Sends a reply, one at a time, or returns how long to wait. The caller renders it anew then. */
  reply<T>(request: () => Promise<GitHubResult<T>>): Promise<GitHubResult<T>> {
    return this.#inTurn(async () => {
      const known = this.#ports.isShared ? null : this.#budget;
      const budget = known ?? (await this.recount());
      const failure = this.#holdReply(budget);
      if (failure) return { ok: false, failure };
      return this.#withSlot(budget, (send) => send(request));
    });
  }

  /** Sends a read for a conversation, one at a time with its replies. */
  ask<T>(request: () => Promise<GitHubResult<T>>): Promise<GitHubResult<T>> {
    return this.#inTurn(async () => {
      const now = this.#ports.elapsed();
      const until = this.#ports.requests.allowsAt('command', now);
      return until > now ? { ok: false, failure: limited(until - now) } : request();
    });
  }

  /** In how many milliseconds to read the log of a run, so that the next write shows its newest lines. */
  chooseLogRead(run: QueuedRun, now: number): number {
    if (!this.#budget) return OPENING_MS;
    const interval = this.#budget.chooseLogInterval(this.#countRunning(), now);
    const readAt = whenToRead(run, interval);
    return readAt > now ? readAt - now : interval;
  }

  /** The installation is unusable: one write tries it after a minute, then less and less often. */
  block(now: number): void {
    this.blockedSince ??= now;
    if (this.#blockedUntil > now) return;
    this.#blocksInRow += 1;
    this.#blockedUntil = now + growDelay(this.#blocksInRow, MINUTE_MS, LONGEST_PAUSE_MS);
  }

  /** The installation may work again, or a write succeeded. */
  unblock(): void {
    this.blockedSince = null;
    this.#blockedUntil = Number.NEGATIVE_INFINITY;
    this.#blocksInRow = 0;
  }

  async #readBudget(): Promise<void> {
    try {
      await this.recount();
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  #countRunning(): number {
    return [...this.runs.values()].filter((one) => one.isRunning).length;
  }

  #consider(
    run: QueuedRun,
    budget: WriteBudget,
    { now, running, interval }: { now: number; running: number; interval: number },
  ): Candidate | null {
    const write = chooseWrite(run, now);
    if (!write) return null;
    const dueAt = Math.max(
      budget.allowsAt(write, now, running),
      this.#ports.requests.allowsAt(write, now),
      this.#blockedUntil,
      whenDue(run, write, interval),
    );
    return { run, write, dueAt };
  }

  #holdReply(budget: WriteBudget): GitHubFailure | null {
    const { requests, elapsed } = this.#ports;
    const now = elapsed();
    const next = this.next(now);
    const isOvertaken = next.kind === 'write' && next.write !== 'log';
    const allowedAt = Math.max(
      budget.allowsAt('reply', now),
      requests.allowsAt('command', now),
      isOvertaken ? now + REPLY_RETRY_MS : now,
    );
    if (allowedAt <= now) return null;
    // Spreads the replies that wait, so that they don't all come back at once.
    this.#replyPromisedAt = Math.max(allowedAt, this.#replyPromisedAt + REPLY_RETRY_MS);
    return limited(this.#replyPromisedAt - now);
  }

  async #withSlot<T>(budget: WriteBudget, work: (send: SendWrite) => Promise<T>): Promise<T> {
    const { elapsed, noteWrite, onBeyond } = this.#ports;
    const takenAt = elapsed();
    const isBeyond = budget.isUsedUp(takenAt);
    budget.take(takenAt);
    let sent = 0;
    try {
      return await work(async (request) => {
        await noteWrite();
        sent += 1;
        if (sent > 1) budget.take(elapsed());
        if (isBeyond) onBeyond();
        return request();
      });
    } finally {
      if (sent === 0) budget.giveBack(takenAt);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastReply.then(work);
    // A failure doesn't block the next one.
    this.#lastReply = turn.catch(() => null);
    return turn;
  }
}

function limited(retryAfterMs: number): GitHubFailure {
  return {
    kind: 'limited',
    retryAfterMs: Math.ceil(retryAfterMs),
    message: 'what GitHub lets be written is used up for now',
  };
}
