import type { Clock } from '../domain/clock.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';

/** The result of one step of a write. */
export type WriteStep =
  /** The next step is due after `delayMs`; null: when something changes. */
  | { readonly kind: 'wait'; readonly delayMs: number | null }
  /** `delayMs` is null if the failure decides it. */
  | { readonly kind: 'failed'; readonly failure: GitHubFailure; readonly delayMs: number | null };

const GIVE_UP_MS = 24 * 60 * 60_000;
/** After this many refusals in a row, the write is left out: only the check run shows the result. */
const MAX_REFUSALS = 3;
/** The delay after a limit if GitHub names none. */
const LIMIT_DELAY_MS = 60_000;
/** The shortest delay while the installation is suspended or removed. */
const UNAVAILABLE_DELAY_MS = 5 * 60_000;

export function failed(failure: GitHubFailure): WriteStep {
  return { kind: 'failed', failure, delayMs: null };
}

export interface RetryPorts {
  readonly log: Record<'debug' | 'warn', (fields: object, message: string) => void>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A write that GitHub hasn't accepted yet. */
export interface PendingWrite {
  readonly id: string;
  /** For the log. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** When it became due (epoch milliseconds). */
  readonly since: number;
  /** For the log: the kind of the write. */
  readonly write: string;
  /** GitHub refuses this write; other writes may still succeed. */
  readonly leaveOut: () => Promise<void>;
  readonly giveUp: () => Promise<void>;
}

/** Decides when the next step of a pending write is due. */
export class RetryPolicy {
  readonly #ports: RetryPorts;
  /** By the id of the write: failures in a row. */
  readonly #failures = new Map<string, number>();

  constructor(ports: RetryPorts) {
    this.#ports = ports;
  }

  /** The delay until the next step; null: when something changes. */
  async next(step: WriteStep, pending: PendingWrite): Promise<number | null> {
    if (step.kind === 'failed') return this.#takeFailure(step, pending);
    this.#failures.delete(pending.id);
    return step.delayMs;
  }

  async #takeFailure(
    { failure, delayMs }: Extract<WriteStep, { kind: 'failed' }>,
    pending: PendingWrite,
  ): Promise<number | null> {
    const { log, clock, random } = this.#ports;
    const isLimit = failure.kind === 'limited';
    const count = (this.#failures.get(pending.id) ?? 0) + (isLimit ? 0 : 1);
    this.#failures.set(pending.id, count);
    const fields = {
      ...pending.fields,
      write: pending.write,
      kind: failure.kind,
      problem: failure.message,
    };
    // A limit isn't a failure of this write: in a burst of comments many writes wait for it.
    if (isLimit) log.debug(fields, "A write waits for GitHub's limit");
    else log.warn(fields, 'GitHub did not accept a write');
    if (failure.kind === 'rejected' && count >= MAX_REFUSALS) {
      log.warn(fields, 'GitHub refuses a write: only the check run shows the result');
      this.#failures.delete(pending.id);
      await pending.leaveOut();
      return 0;
    }
    if (ageOf(clock, pending.since) >= GIVE_UP_MS) {
      this.#failures.delete(pending.id);
      await pending.giveUp();
      return null;
    }
    if (failure.kind === 'limited') return failure.retryAfterMs ?? LIMIT_DELAY_MS;
    const leastMs = failure.kind === 'unavailable' ? UNAVAILABLE_DELAY_MS : null;
    return delayMs ?? chooseRetryDelay(count, leastMs, random());
  }
}
