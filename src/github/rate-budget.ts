import type { RateLimit } from './read-rate-limit.ts';

/** What a request is for, as far as the budget treats it differently. */
export type RequestUse = 'create' | 'final' | 'state' | 'log' | 'plan' | 'command' | 'sweep';

/**
 * The share of an installation's hourly limit (5,000 requests, and more with its size) that a use leaves to those which
 * matter more. Each step is larger than what those below it may need in the hour that is left:
 * - a tenth (500) is for creates, conclusions and the file that says whether to deploy: 150 deployments or more, each told of from the beginning to the end;
 * - states, and the git trees that planning needs, stop there; a push that waits for one is planned after the reset;
 * - logs stop at a fifth: at most 300 log writes an hour go out, so 500 are left for states and trees;
 * - so do commands (the questions that they ask, the replies and reactions): however many comments there are, deployments
 *   are told of, and pushes planned;
 * - sweeps stop at two fifths: whatever they find can be found an hour later as well.
 */
const LEFT_TO_OTHERS: Record<RequestUse, number> = {
  create: 0,
  final: 0,
  state: 0.1,
  plan: 0.1,
  log: 0.2,
  command: 0.2,
  sweep: 0.4,
};

/** Resets that lie closer together belong to the same hour (milliseconds): GitHub's servers don't agree to the second. */
const SAME_HOUR_MS = 60_000;

/** One installation's primary limit, as GitHub's answers tell it, and what may still be asked for until the reset. */
export class RateBudget {
  #known: RateLimit | null = null;
  #saidFor = 0;
  #refusedUntil = 0;

  /** Takes in what an answer said. Answers come in any order: within an hour the lowest number holds. */
  note(told: RateLimit): void {
    const known = this.#known;
    if (known && told.resetAt < known.resetAt - SAME_HOUR_MS) return;
    const isSameHour = known !== null && told.resetAt <= known.resetAt + SAME_HOUR_MS;
    if (!isSameHour || told.limit !== known.limit) this.#known = told;
    else if (told.remaining < known.remaining) this.#known = { ...known, remaining: told.remaining };
  }

  /** GitHub refused a request for a limit: until then (epoch milliseconds) every other one would be refused as well. */
  refuse(until: number): void {
    this.#refusedUntil = Math.max(this.#refusedUntil, until);
  }

  /** True once in each hour: from here on something waits for the reset, and an operator should know. */
  isNewlyLow(now: number): boolean {
    const until = this.#keptUntil('log', now);
    if (until === 0 || until <= this.#saidFor + SAME_HOUR_MS) return false;
    this.#saidFor = until;
    return true;
  }

  /** When a request for this may go out (epoch milliseconds; 0: at once). After the reset the budget counts as fresh. */
  allowsAt(use: RequestUse, now: number): number {
    return Math.max(this.#refusedUntil > now ? this.#refusedUntil : 0, this.#keptUntil(use, now));
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

  /** `onLow` is told once an hour that an installation has little left. */
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
