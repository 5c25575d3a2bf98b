import { growDelay } from '../domain/retry-delay.ts';
import type { WriteKind } from '../reporting/pace/write-budget.ts';
import type { RateLimit, Refusal, Refused } from './read-rate-limit.ts';

/** The uses that the budget distinguishes. */
export type RequestUse = WriteKind | 'plan' | 'command' | 'project' | 'sweep';

/**
 * The share of an installation's hourly limit (5,000 requests or more) that each use leaves to more important ones:
 * - Creates, conclusions, required checks and the configuration file may use all. The last tenth (500) is enough for 150 deployments.
 * - States, project checks, and the git trees for planning, stop at a tenth. A push that needs a tree is then planned after the reset.
 * - Logs stop at a fifth. They take at most 350 writes an hour, so 500 requests are left for states and trees.
 * - Commands (reads, replies, reactions) also stop at a fifth, so that many comments can't stop pushes and check runs.
 * - Reads for project checks also stop at a fifth, because nothing waits for them.
 * - Sweeps stop at two fifths. They can find the same an hour later.
 */
const LEFT_TO_OTHERS: Record<RequestUse, number> = {
  create: 0,
  final: 0,
  required: 0,
  check: 0.1,
  state: 0.1,
  plan: 0.1,
  reply: 0.2,
  log: 0.2,
  command: 0.2,
  project: 0.2,
  sweep: 0.4,
};

/** Resets that are closer together belong to the same hour, because GitHub's servers differ by seconds. */
const SAME_HOUR_MS = 60_000;

/** The delay after a secondary limit if GitHub names none. Its documentation requires at least a minute, then longer ones. */
const SHORTEST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/**
 * Decides which requests an installation may still send, by the limits in GitHub's answers. Times are those of
 * `Clock.elapsed`.
 */
export class RateBudget {
  #known: RateLimit | null = null;
  /** The reset for which `isNewlyLow` was last true. */
  #lowUntil = 0;
  /** Until when GitHub refuses them. While it refuses writes, reads that can wait are held back, too. */
  readonly #refusedUntil: Record<Refused, number> = {
    everything: Number.NEGATIVE_INFINITY,
    writes: Number.NEGATIVE_INFINITY,
    queries: Number.NEGATIVE_INFINITY,
  };
  /** Refusals in a row without a time from GitHub. */
  #untoldInRow = 0;

  /** Notes the limit in an answer. Answers arrive in any order: within an hour, the lowest number counts. */
  note(limit: RateLimit): void {
    const known = this.#known;
    if (known && limit.resetAt < known.resetAt - SAME_HOUR_MS) return;
    const isSameHour = known !== null && limit.resetAt <= known.resetAt + SAME_HOUR_MS;
    if (!isSameHour || limit.limit !== known.limit) this.#known = limit;
    else if (limit.remaining < known.remaining) this.#known = { ...known, remaining: limit.remaining };
  }

  /** Several refusals of concurrent requests count as one. */
  refuse({ retryAfterMs, refused }: Refusal, now: number): void {
    const held = this.#refusedUntil[refused];
    if (retryAfterMs === null && held > now) return;
    if (retryAfterMs === null) this.#untoldInRow += 1;
    const until = now + (retryAfterMs ?? growDelay(this.#untoldInRow, SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS));
    this.#refusedUntil[refused] = Math.max(held, until);
  }

  /** GitHub accepted a write. */
  noteAccepted(): void {
    this.#untoldInRow = 0;
  }

  /** How long writes of any kind must wait (milliseconds). */
  holdsWritesMs(now: number): number {
    const { everything, writes } = this.#refusedUntil;
    return Math.max(0, everything - now, writes - now);
  }

  /** How long queries by GraphQL must wait (milliseconds). REST shows the same meanwhile. */
  holdsQueriesMs(now: number): number {
    return Math.max(0, this.#refusedUntil.queries - now);
  }

  /** True once an hour, when the first uses must wait for the reset. */
  isNewlyLow(now: number): boolean {
    const until = this.#keptUntil('log', now);
    if (until === 0 || until <= this.#lowUntil + SAME_HOUR_MS) return false;
    this.#lowUntil = until;
    return true;
  }

  /** When a request for this use may be sent; 0 for at once. Planning continues while GitHub only refuses writes. */
  allowsAt(use: RequestUse, now: number): number {
    const { everything, writes } = this.#refusedUntil;
    const refusedUntil = use === 'plan' ? everything : Math.max(everything, writes);
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

  /** `onLow` is called at most once an hour for each installation. */
  constructor(onLow: (installationId: number, limit: RateLimit) => void) {
    this.#onLow = onLow;
  }

  note(installationId: number, limit: RateLimit, now: number): void {
    const budget = this.of(installationId);
    budget.note(limit);
    if (budget.isNewlyLow(now)) this.#onLow(installationId, limit);
  }

  of(installationId: number): RateBudget {
    const budget = this.#budgets.get(installationId) ?? new RateBudget();
    this.#budgets.set(installationId, budget);
    return budget;
  }
}
