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

/** Concurrent writes of one installation. GitHub allows 100 concurrent requests. */
const WRITES_AT_ONCE = 5;
/** The delay of a reply while check runs are due. */
const REPLY_RETRY_MS = 1_000;
/** The delay until the next read of a log while the budget isn't known yet. */
const OPENING_MS = 1_000;
/** How many writes more than a log the last ones leave in the bucket: one more than a reply needs. */
const LAST_RESERVE = 2;
const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;

export type NextWrite =
  | { readonly kind: 'write'; readonly run: QueuedRun; readonly write: WriteKind }
  /** The next write is due after `delayMs`. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'idle' };

/** Sends one write, which counts against the budget. */
export type SendWrite = <T>(request: () => Promise<T>) => Promise<T>;

export interface WriteQueuePorts {
  /** The installation's budget of requests. */
  readonly requests: RateBudget;
  readonly elapsed: () => number;
  /** Reads the times of the installation's writes in the last hour, ascending. */
  readonly readWrites: () => Promise<readonly number[]>;
  /** Other instances also write replies for the installation. */
  readonly isShared: boolean;
  /** Stores the time of a write that is about to be sent. */
  readonly noteWrite: () => Promise<void>;
  /** Called for a write beyond the hour's limit. */
  readonly onBeyond: () => void;
}

/** Decides which write of an installation is sent next, and when. */
export class WriteQueue {
  readonly runs = new Map<string, QueuedRun>();
  /** Since when the installation is unusable (suspended, removed); null while it works. */
  blockedSince: number | null = null;
  /** When to try it next. */
  #blockedUntil = Number.NEGATIVE_INFINITY;
  #blocksInRow = 0;
  #busy = 0;
  #budget: WriteBudget | null = null;
  #opening: Promise<void> | null = null;
  #lastReply: Promise<unknown> = Promise.resolve();
  /** When the last of the postponed replies may try again. */
  #replyPromisedAt = Number.NEGATIVE_INFINITY;
  readonly #ports: WriteQueuePorts;

  constructor(ports: WriteQueuePorts) {
    this.#ports = ports;
  }

  /** Reads the earlier writes. Nothing is sent before that. Rejects if the store is unavailable. */
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
    // While the installation is unusable, only one write at a time tries it.
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

  /** Runs the work of a due run. Only sent writes count against the budget. */
  async write<T>(run: QueuedRun, work: (send: SendWrite) => Promise<T>): Promise<T> {
    const budget = this.#budget;
    if (!budget) throw new Error('The earlier writes are not known yet.');
    this.#busy += 1;
    run.isBusy = true;
    try {
      return await this.#withSlot(budget, work);
    } finally {
      run.isBusy = false;
      this.#busy -= 1;
    }
  }

  /** Sends a reply (`last`: what waits for logs too), one at a time, or returns the delay until the next try. The caller renders it again then. */
  reply<T>(request: () => Promise<GitHubResult<T>>, order?: 'last'): Promise<GitHubResult<T>> {
    return this.#inTurn(async () => {
      const known = this.#ports.isShared ? null : this.#budget;
      const budget = known ?? (await this.recount());
      const failure = this.#holdReply(budget, order);
      if (failure) return { ok: false, failure };
      return this.#withSlot(budget, (send) => send(request));
    });
  }

  /** Sends a read for a conversation. Takes turns with replies. */
  ask<T>(request: () => Promise<GitHubResult<T>>): Promise<GitHubResult<T>> {
    return this.#inTurn(async () => {
      const now = this.#ports.elapsed();
      const until = this.#ports.requests.allowsAt('command', now);
      return until > now ? { ok: false, failure: limited(until - now) } : request();
    });
  }

  /** The delay until the next read of a run's log, so that the next write shows its newest lines. */
  chooseLogRead(run: QueuedRun, now: number): number {
    if (!this.#budget) return OPENING_MS;
    const interval = this.#budget.chooseLogInterval(this.#countRunning(), now);
    const readAt = whenToRead(run, interval);
    return readAt > now ? readAt - now : interval;
  }

  /** The installation is unusable: one write tries it after a minute, then with growing delays. */
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

  #holdReply(budget: WriteBudget, order?: 'last'): GitHubFailure | null {
    const { requests, elapsed } = this.#ports;
    const now = elapsed();
    const next = this.next(now);
    const isOvertaken = next.kind === 'write' && (order === 'last' || next.write !== 'log');
    const allowedAt = Math.max(
      order === 'last'
        ? budget.allowsAt('log', now, this.#countRunning() + LAST_RESERVE)
        : budget.allowsAt('reply', now),
      requests.allowsAt('command', now),
      isOvertaken ? now + REPLY_RETRY_MS : now,
    );
    if (allowedAt <= now) return null;
    // Spreads waiting replies, so that they don't all retry at once.
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
    // A failure doesn't block the next reply.
    this.#lastReply = turn.catch(() => null);
    return turn;
  }
}

function limited(retryAfterMs: number): GitHubFailure {
  return {
    kind: 'limited',
    retryAfterMs: Math.ceil(retryAfterMs),
    message: "GitHub's limit for writes is used up for now",
  };
}
