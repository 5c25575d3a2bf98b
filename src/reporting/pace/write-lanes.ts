import type { Clock } from '../../domain/clock.ts';
import type { RateBudgets } from '../../github/rate-budget.ts';
import type { GitHubWriteStore } from './github-write-store.ts';
import { WriteLane } from './write-lane.ts';

/** As far back as the budget looks, and a little more (milliseconds). */
const KEPT_MS = 2 * 3_600_000;
/** A hold that lies further ahead is of a clock that was set (milliseconds). */
const LONGEST_HOLD_MS = 3_600_000;
/** Old writes are removed once in so many. */
const FORGET_EVERY = 100;

export interface WriteLanesPorts {
  readonly budgets: RateBudgets;
  readonly store: GitHubWriteStore;
  readonly clock: Clock;
  /** Several instances share the database. */
  readonly isShared: boolean;
  /** A check run was created or concluded although the hour's writes are used up. */
  readonly onBeyond: () => void;
}

/** The lanes of all installations. */
export class WriteLanes {
  readonly #lanes = new Map<number, WriteLane>();
  readonly #ports: WriteLanesPorts;

  constructor(ports: WriteLanesPorts) {
    this.#ports = ports;
  }

  of(installationId: number): WriteLane {
    const lane = this.#lanes.get(installationId) ?? this.#create(installationId);
    this.#lanes.set(installationId, lane);
    return lane;
  }

  /** Another instance writes for the installation now. */
  forget(installationId: number): void {
    this.#lanes.delete(installationId);
  }

  #create(installationId: number): WriteLane {
    const { budgets, store, clock, isShared, onBeyond } = this.#ports;
    const requests = budgets.of(installationId);
    let noted = 0;
    return new WriteLane({
      requests,
      isShared,
      elapsed: clock.elapsed,
      onBeyond,
      async noteWrite() {
        const now = clock.now();
        if (noted % FORGET_EVERY === 0) await store.forgetGitHubWrites(installationId, now - KEPT_MS);
        noted += 1;
        await store.noteGitHubWrite(installationId, now);
      },
      async readWrites() {
        const times = await store.listGitHubWrites(installationId);
        const heldUntil = await store.readGitHubHold(installationId);
        const [now, elapsed] = [clock.now(), clock.elapsed()];
        const waitMs = Math.min(LONGEST_HOLD_MS, (heldUntil ?? now) - now);
        if (waitMs > 0) requests.refuse({ waitMs, isWrite: true }, elapsed);
        // A time that lies ahead is of a clock that was set, or of another machine.
        return times.map((time) => elapsed - Math.max(0, now - time)).sort((a, b) => a - b);
      },
    });
  }
}
