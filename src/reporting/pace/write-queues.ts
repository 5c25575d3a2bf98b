import type { Clock } from '../../domain/clock.ts';
import type { RateBudgets } from '../../github/rate-budget.ts';
import type { GitHubWriteStore } from './github-write-store.ts';
import { WriteQueue } from './write-queue.ts';

/** How long the store keeps a write: longer than the budget's hour. */
const KEPT_MS = 2 * 3_600_000;
/** A longer hold was stored by a clock that was ahead. */
const LONGEST_HOLD_MS = 3_600_000;
/** Old writes are removed once in this many writes. */
const FORGET_EVERY = 100;

export interface WriteQueuesPorts {
  readonly budgets: RateBudgets;
  readonly store: GitHubWriteStore;
  readonly clock: Clock;
  /** Several instances share the database. */
  readonly isShared: boolean;
  /** Called when a check run is created or concluded beyond the hour's limit. */
  readonly onBeyond: () => void;
}

/** The write queues of all installations. */
export class WriteQueues {
  readonly #writeQueues = new Map<number, WriteQueue>();
  readonly #ports: WriteQueuesPorts;

  constructor(ports: WriteQueuesPorts) {
    this.#ports = ports;
  }

  of(installationId: number): WriteQueue {
    const queue = this.#writeQueues.get(installationId) ?? this.#create(installationId);
    this.#writeQueues.set(installationId, queue);
    return queue;
  }

  /** Another instance writes for the installation now. */
  forget(installationId: number): void {
    this.#writeQueues.delete(installationId);
  }

  #create(installationId: number): WriteQueue {
    const { budgets, store, clock, isShared, onBeyond } = this.#ports;
    const requests = budgets.of(installationId);
    let noted = 0;
    return new WriteQueue({
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
        const retryAfterMs = Math.min(LONGEST_HOLD_MS, (heldUntil ?? now) - now);
        if (retryAfterMs > 0) requests.refuse({ retryAfterMs, refused: 'writes' }, elapsed);
        // A time in the future comes from another machine, or from before the clock was set back.
        return times.map((time) => elapsed - Math.max(0, now - time)).sort((a, b) => a - b);
      },
    });
  }
}
