import type { Clock } from '../domain/clock.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';

/** What one step of a write came to: milliseconds until the next step (null: until something changes), or a failure. */
export type WriteStep =
  | { readonly kind: 'wait'; readonly delayMs: number | null }
  /** `delayMs`: when to try again; null lets the failure decide. */
  | { readonly kind: 'failed'; readonly failure: GitHubFailure; readonly delayMs: number | null };

/** A write is given up after this time (milliseconds). */
const GIVE_UP_MS = 24 * 60 * 60_000;
/** After so many refusals in a row a write is left out: the check run alone carries the result. */
const MAX_REFUSALS = 3;
/** The wait for a limit for which GitHub names no time (milliseconds). */
const LIMIT_DELAY_MS = 60_000;
/** The least wait for an installation that is suspended or removed (milliseconds). */
const UNAVAILABLE_DELAY_MS = 5 * 60_000;

export function failed(failure: GitHubFailure): WriteStep {
  return { kind: 'failed', failure, delayMs: null };
}

export interface RetryPorts {
  readonly log: Record<'debug' | 'warn', (fields: object, message: string) => void>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Something that GitHub hasn't taken yet. */
export interface PendingWrite {
  readonly id: string;
  /** For the log. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** When it became due (epoch milliseconds). */
  readonly since: number;
  /** For the log: what is written. */
  readonly write: string;
  /** GitHub refuses this write; other writes may still succeed. */
  readonly leaveOut: () => Promise<void>;
  readonly giveUp: () => Promise<void>;
}

/** When the next step of a pending write is due, after a step or its failure. */
export class RetryPolicy {
  readonly #ports: RetryPorts;
  /** By the id of the write: failures in a row. */
  readonly #failures = new Map<string, number>();

  constructor(ports: RetryPorts) {
    this.#ports = ports;
  }

  /** In how many milliseconds the next step is due; null: when something changes. */
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
    // A limit isn't this write's failure: in a storm of comments many writes wait for it.
    if (isLimit) log.debug(fields, 'A write waits for GitHub to take more');
    else log.warn(fields, 'GitHub did not take a write');
    if (failure.kind === 'rejected' && count >= MAX_REFUSALS) {
      log.warn(fields, 'GitHub refuses a write: the check run alone carries the result');
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
