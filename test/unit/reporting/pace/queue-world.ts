import type { GitHubResult } from '../../../../src/domain/github-result.ts';
import { RateBudget } from '../../../../src/github/rate-budget.ts';
import type { QueuedRun } from '../../../../src/reporting/pace/queued-run.ts';
import type { WriteKind } from '../../../../src/reporting/pace/write-budget.ts';
import { type NextWrite, WriteQueue } from '../../../../src/reporting/pace/write-queue.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface Written {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly id: string;
  readonly write: WriteKind;
}

/** A queue whose writes are answered at once, with a clock that the test advances. */
export class QueueWorld {
  now = 0;
  readonly written: Written[] = [];
  readonly noted: number[] = [];
  beyond = 0;
  readonly requests = new RateBudget();
  /** What other processes wrote meanwhile. */
  earlier: readonly number[];
  readonly queue: WriteQueue;
  /** What may be owed again after a write. */
  afterWrite: (run: QueuedRun) => void = () => {};

  private constructor(earlier: readonly number[], isShared: boolean) {
    this.earlier = earlier;
    this.queue = new WriteQueue({
      requests: this.requests,
      elapsed: () => this.now,
      readWrites: async () => this.earlier,
      isShared,
      noteWrite: async () => void this.noted.push(this.now),
      onBeyond: () => {
        this.beyond += 1;
      },
    });
  }

  /** `earlier`: when other processes wrote, in milliseconds from the start. */
  static async open(earlier: readonly number[] = [], isShared = false): Promise<QueueWorld> {
    const world = new QueueWorld(earlier, isShared);
    await world.queue.open();
    return world;
  }

  owe(id: string, owed: 'create' | 'final' | 'check' | 'state'): QueuedRun {
    const run = this.queue.run(id);
    if (run.owed !== owed) run.owedSince = this.now;
    run.owed = owed;
    return run;
  }

  /** A running deployment whose log has grown. */
  grow(id: string): QueuedRun {
    return Object.assign(this.queue.run(id), {
      isRunning: true,
      logGrew: true,
      logReadAt: Number.POSITIVE_INFINITY,
    });
  }

  /** Writes all that is due until then, as the writer does. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = await this.writeDue();
      if (next.kind === 'idle' || this.now + next.delayMs > until) break;
      this.now += next.delayMs;
    }
    this.now = until;
  }

  /** Writes all that is due now. */
  async writeDue(): Promise<Exclude<NextWrite, { kind: 'write' }>> {
    for (;;) {
      const next = this.queue.next(this.now);
      if (next.kind === 'wait' && !(next.delayMs > 0))
        throw new Error('A wait of nothing makes a busy loop.');
      if (next.kind !== 'write') return next;
      await this.#write(next.run, next.write);
    }
  }

  /** A reply as it would be tried now: null when it was written, else how long it has to wait. */
  async reply(id: string, order?: 'last'): Promise<number | null> {
    const result = await this.queue.reply(async (): Promise<GitHubResult<null>> => {
      this.written.push({ at: this.now, id, write: 'reply' });
      return { ok: true, value: null };
    }, order);
    if (result.ok) return null;
    return result.failure.kind === 'limited' ? result.failure.retryAfterMs : Number.NaN;
  }

  async #write(run: QueuedRun, write: WriteKind): Promise<void> {
    await this.queue.write(run, (send) =>
      send(async () => void this.written.push({ at: this.now, id: run.id, write })),
    );
    run.owed = null;
    run.logGrew = false;
    run.lastWriteAt = this.now;
    if (write === 'final') this.queue.runs.delete(run.id);
    this.afterWrite(run);
  }

  of(...kinds: WriteKind[]): Written[] {
    return this.written.filter(({ write }) => kinds.includes(write));
  }
}

/** The most writes within any span of this length. */
export function countMost(times: readonly number[], spanMs: number): number {
  let [most, first] = [0, 0];
  for (const [last, time] of times.entries()) {
    while ((times[first] ?? 0) <= time - spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
