import { growDelay } from '../domain/retry-delay.ts';
import type { WriteKind } from '../reporting/pace/write-budget.ts';
import type { RateLimit } from './read-rate-limit.ts';

/** The uses that the budget distinguishes. */
export type RequestUse = WriteKind | 'plan' | 'command' | 'project' | 'sweep';

/**
 * The share of an installation's hourly limit (5,000 requests, and more with its size) that a use leaves to those which
 * matter more. Each step is larger than what those below it may need in the hour that is left:
 * - a tenth (500) is for creates, conclusions and the configuration file: enough for 150 whole deployments;
 * - states, and the git trees that planning needs, stop there; a push that waits for one is planned after the reset;
 * - logs stop at a fifth: at most 350 log writes an hour go out, so 500 are left for states and trees;
 * - so do commands (reads, replies and reactions): however many comments there are, check runs are written
 *   and pushes are planned;
 * - so do the checks of projects, which nothing waits for;
 * - sweeps stop at two fifths: whatever they find can be found an hour later as well.
 */
const LEFT_TO_OTHERS: Record<RequestUse, number> = {
  create: 0,
  final: 0,
  state: 0.1,
  plan: 0.1,
  reply: 0.2,
  log: 0.2,
  command: 0.2,
  project: 0.2,
  sweep: 0.4,
};

/** Resets that lie closer together belong to the same hour (milliseconds): GitHub's servers don't agree to the second. */
const SAME_HOUR_MS = 60_000;

/** Where GitHub names no time after a secondary limit, it asks for at least a minute, growing (milliseconds). */
const SHORTEST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** A request that GitHub refused for a limit. */
export interface Refusal {
  /** Milliseconds; null where GitHub names none. */
  readonly retryAfterMs: number | null;
  readonly isWrite: boolean;
}

/**
 * One installation's limits, as GitHub's answers tell them, and what may still be asked for. All times are those of
 * `Clock.elapsed`.
 */
export class RateBudget {
  #known: RateLimit | null = null;
  #saidFor = 0;
  /** GitHub refuses everything. */
  #refusedUntil = Number.NEGATIVE_INFINITY;
  /** GitHub refuses writes, and should be left alone with what can wait. */
  #writesRefusedUntil = Number.NEGATIVE_INFINITY;
  /** Refusals in a row for which GitHub named no time. */
  #untoldInRow = 0;

  /** Takes in what an answer said. Answers come in any order: within an hour the lowest number holds. */
  note(told: RateLimit): void {
    const known = this.#known;
    if (known && told.resetAt < known.resetAt - SAME_HOUR_MS) return;
    const isSameHour = known !== null && told.resetAt <= known.resetAt + SAME_HOUR_MS;
    if (!isSameHour || told.limit !== known.limit) this.#known = told;
    else if (told.remaining < known.remaining) this.#known = { ...known, remaining: told.remaining };
  }

  /** Requests that were under way together are refused together: they are one refusal. */
  refuse({ retryAfterMs, isWrite }: Refusal, now: number): void {
    const held = isWrite ? this.#writesRefusedUntil : this.#refusedUntil;
    if (retryAfterMs === null && held > now) return;
    if (retryAfterMs === null) this.#untoldInRow += 1;
    const until = now + (retryAfterMs ?? growDelay(this.#untoldInRow, SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS));
    if (isWrite) this.#writesRefusedUntil = Math.max(held, until);
    else this.#refusedUntil = Math.max(held, until);
  }

  /** GitHub took a write. */
  noteTaken(): void {
    this.#untoldInRow = 0;
  }

  /** Milliseconds in which no write may go out, whatever it is for; 0 for none. */
  holdsWritesMs(now: number): number {
    return Math.max(0, this.#refusedUntil - now, this.#writesRefusedUntil - now);
  }

  /** True once in each hour: from here on something waits for the reset, and an operator should know. */
  isNewlyLow(now: number): boolean {
    const until = this.#keptUntil('log', now);
    if (until === 0 || until <= this.#saidFor + SAME_HOUR_MS) return false;
    this.#saidFor = until;
    return true;
  }

  /**
   * When a request for this may go out (0: at once). After the reset the budget counts as fresh. The reads that a start needs
   * go on when writes are refused.
   */
  allowsAt(use: RequestUse, now: number): number {
    const refusedUntil =
      use === 'plan' ? this.#refusedUntil : Math.max(this.#refusedUntil, this.#writesRefusedUntil);
    return Math.max(refusedUntil > now ? refusedUntil : 0, this.#keptUntil(use, now));
  }

  #keptUntil(use: RequestUse, now: number): number {
    const known = this.#known;
    if (!known || known.resetAt <= now) return 0;
    return known.remaining > known.limit * LEFT_TO_OTHERS[use] ? 0 : known.resetAt;
  }
}

/** The budgets of all installations. */
export class RateBudgets {
  readonly #budgets = new Map<number, RateBudget>();
  readonly #onLow: (installationId: number, limit: RateLimit) => void;

  /** `onLow` is called at most once an hour for an installation. */
  constructor(onLow: (installationId: number, limit: RateLimit) => void) {
    this.#onLow = onLow;
  }

  note(installationId: number, told: RateLimit, now: number): void {
    const budget = this.of(installationId);
    budget.note(told);
    if (budget.isNewlyLow(now)) this.#onLow(installationId, told);
  }

  of(installationId: number): RateBudget {
    const budget = this.#budgets.get(installationId) ?? new RateBudget();
    this.#budgets.set(installationId, budget);
    return budget;
  }
}
