import { ApiError } from './api-error.ts';

export interface RateLimitOptions {
  /** Requests an hour of an installation. Default: 5,000, as at GitHub. */
  primaryPerHour?: number;
  /**
   * Writes of an installation before the secondary limit. Default: 80 a minute and 500 an hour,
   * as at GitHub.
   */
  writesPerMinute?: number;
  writesPerHour?: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DEFAULT_PRIMARY = 5000;
const DEFAULT_WRITES_PER_MINUTE = 80;
const DEFAULT_WRITES_PER_HOUR = 500;
/** For requests without a valid token. The headers of a 401 name it. */
const PUBLIC_PRIMARY = 60;
const GUIDE = 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api';

interface Budget {
  limit: number;
  resetAt: number;
  used: number;
  writes: number[];
}

/** The rate limits of the app and of each installation. */
export class RateLimits {
  readonly #options: RateLimitOptions;
  readonly #budgets = new Map<string, Budget>();

  constructor(options: RateLimitOptions = {}) {
    this.#options = options;
  }

  /** Counts a request. Throws 403 if it exceeds a limit. */
  charge(caller: string, write: boolean): void {
    const now = Date.now();
    const budget = this.#budget(caller, now);
    const { writesPerMinute = DEFAULT_WRITES_PER_MINUTE, writesPerHour = DEFAULT_WRITES_PER_HOUR } =
      this.#options;
    if (budget.used >= budget.limit) {
      throw new ApiError(403, `API rate limit exceeded for ${caller}.`, {
        documentation: GUIDE,
        blameless: true,
      });
    }
    budget.used += 1;
    if (!write) return;
    budget.writes = budget.writes.filter((at) => at > now - HOUR_MS);
    const lastMinute = budget.writes.filter((at) => at > now - MINUTE_MS).length;
    if (lastMinute >= writesPerMinute || budget.writes.length >= writesPerHour) {
      throw new ApiError(
        403,
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
        {
          documentation: `${GUIDE}#about-secondary-rate-limits`,
          headers: { 'retry-after': '60' },
          blameless: true,
        },
      );
    }
    budget.writes.push(now);
  }

  status(caller: string): { limit: number; remaining: number; reset: number; used: number } {
    const { limit, used, resetAt } = this.#budget(caller, Date.now());
    return { limit, remaining: Math.max(0, limit - used), reset: Math.ceil(resetAt / 1000), used };
  }

  /** Leaves an installation `remaining` requests until the next reset. */
  leave(installationId: number, { remaining, resetInMs }: { remaining: number; resetInMs: number }): void {
    const now = Date.now();
    const budget = this.#budget(`installation ID ${installationId}`, now);
    budget.used = budget.limit - remaining;
    budget.resetAt = now + resetInMs;
  }

  headers(caller: string): Record<string, string> {
    const { limit, remaining, reset, used } = this.status(caller);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-used': String(used),
      'x-ratelimit-resource': 'core',
    };
  }

  #budget(caller: string, now: number): Budget {
    const known = this.#budgets.get(caller);
    if (known && known.resetAt > now) return known;
    const limit = caller === 'public' ? PUBLIC_PRIMARY : (this.#options.primaryPerHour ?? DEFAULT_PRIMARY);
    const budget = { limit, resetAt: now + HOUR_MS, used: 0, writes: known?.writes ?? [] };
    this.#budgets.set(caller, budget);
    return budget;
  }
}
