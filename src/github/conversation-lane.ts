import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import type { RateBudget } from './rate-budget.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/**
 * Comments and reactions made for one installation. GitHub takes 80 creating requests a minute and 500 an hour, and
 * refuses everything for a while beyond that: the rest is left to new check runs.
 */
const CREATED_PER_MINUTE = 30;
const CREATED_PER_HOUR = 300;

/**
 * The requests of one installation's conversations, one at a time: Octokit sends writes in the order of their coming,
 * a second apart, and whatever many conversations had put into that queue would keep check runs waiting.
 */
export class ConversationLane {
  readonly #budget: RateBudget;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();
  #created: number[] = [];

  constructor(budget: RateBudget, now: () => number) {
    this.#budget = budget;
    this.#now = now;
  }

  /** Sends the request when it is its turn, or says how long it has to wait; nothing is sent then. */
  run<T>(kind: 'create' | 'other', request: () => Promise<GitHubResult<T>>): Promise<GitHubResult<T>> {
    const turn = this.#last.then(async (): Promise<GitHubResult<T>> => {
      const held = this.#hold(kind);
      if (held) return { ok: false, failure: held };
      if (kind === 'create') this.#created.push(this.#now());
      return request();
    });
    // Whatever becomes of it, the next one has its turn.
    this.#last = turn.catch(() => null);
    return turn;
  }

  #hold(kind: 'create' | 'other'): GitHubFailure | null {
    const now = this.#now();
    const until = Math.max(this.#budget.allowsAt('command', now), kind === 'create' ? this.#slotAt(now) : 0);
    if (until <= now) return null;
    return { kind: 'limited', waitMs: until - now, message: 'what GitHub lets be said is used up for now' };
  }

  #slotAt(now: number): number {
    this.#created = this.#created.filter((time) => time > now - HOUR_MS);
    const ofMinute = this.#created.at(-CREATED_PER_MINUTE);
    const ofHour = this.#created.at(-CREATED_PER_HOUR);
    return Math.max(
      ofMinute === undefined ? 0 : ofMinute + MINUTE_MS,
      ofHour === undefined ? 0 : ofHour + HOUR_MS,
    );
  }
}

/** The lanes of all installations. */
export class ConversationLanes {
  readonly #lanes = new Map<number, ConversationLane>();
  readonly #create: (installationId: number) => ConversationLane;

  constructor(budgets: { of(installationId: number): RateBudget }, now: () => number) {
    this.#create = (installationId) => new ConversationLane(budgets.of(installationId), now);
  }

  of(installationId: number): ConversationLane {
    const lane = this.#lanes.get(installationId) ?? this.#create(installationId);
    this.#lanes.set(installationId, lane);
    return lane;
  }
}
