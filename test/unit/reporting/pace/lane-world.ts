import type { GitHubResult } from '../../../../src/domain/github-result.ts';
import { RateBudget } from '../../../../src/github/rate-budget.ts';
import type { LaneEntry } from '../../../../src/reporting/pace/lane-entry.ts';
import type { WriteKind } from '../../../../src/reporting/pace/write-budget.ts';
import { type NextWrite, WriteLane } from '../../../../src/reporting/pace/write-lane.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface Written {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly id: string;
  readonly write: WriteKind;
}

/** A lane whose writes are answered at once, on a clock that the test drives. */
export class LaneWorld {
  now = 0;
  readonly written: Written[] = [];
  readonly noted: number[] = [];
  beyond = 0;
  readonly requests = new RateBudget();
  /** What other processes wrote meanwhile. */
  earlier: readonly number[];
  readonly lane: WriteLane;
  /** What may be owed again after a write. */
  afterWrite: (entry: LaneEntry) => void = () => {};

  private constructor(earlier: readonly number[], isShared: boolean) {
    this.earlier = earlier;
    this.lane = new WriteLane({
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
  static async open(earlier: readonly number[] = [], isShared = false): Promise<LaneWorld> {
    const world = new LaneWorld(earlier, isShared);
    await world.lane.open();
    return world;
  }

  owe(id: string, owed: 'create' | 'final' | 'state'): LaneEntry {
    const entry = this.lane.entry(id);
    if (entry.owed !== owed) entry.owedSince = this.now;
    entry.owed = owed;
    return entry;
  }

  /** A running deployment whose log has grown. */
  grow(id: string): LaneEntry {
    return Object.assign(this.lane.entry(id), {
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
      if (next.kind === 'idle' || this.now + next.ms > until) break;
      this.now += next.ms;
    }
    this.now = until;
  }

  /** Writes all that is due now. */
  async writeDue(): Promise<Exclude<NextWrite, { kind: 'write' }>> {
    for (;;) {
      const next = this.lane.next(this.now);
      if (next.kind === 'wait' && !(next.ms > 0)) throw new Error('A wait of nothing makes a busy loop.');
      if (next.kind !== 'write') return next;
      await this.#write(next.entry, next.write);
    }
  }

  /** A reply as it would be tried now: null when it was written, else how long it has to wait. */
  async reply(id: string): Promise<number | null> {
    const result = await this.lane.reply(async (): Promise<GitHubResult<null>> => {
      this.written.push({ at: this.now, id, write: 'reply' });
      return { ok: true, value: null };
    });
    if (result.ok) return null;
    return result.failure.kind === 'limited' ? result.failure.waitMs : Number.NaN;
  }

  async #write(entry: LaneEntry, write: WriteKind): Promise<void> {
    await this.lane.write(entry, (send) =>
      send(async () => void this.written.push({ at: this.now, id: entry.deploymentId, write })),
    );
    entry.owed = null;
    entry.logGrew = false;
    entry.lastWriteAt = this.now;
    if (write === 'final') this.lane.entries.delete(entry.deploymentId);
    this.afterWrite(entry);
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
