import type { Clock } from '../domain/clock.ts';

export type AnswerHeaders = Record<string, string | number | undefined>;

/** An installation's primary rate limit. */
export interface RateLimit {
  /** Requests per hour. */
  readonly limit: number;
  readonly remaining: number;
  /** When the hour ends (`Clock.elapsed`). */
  readonly resetAt: number;
}

/** In messages of github.com and of older Enterprise Servers. */
const LIMIT_WORDS = /\b(?:rate limit|abuse detection)/i;

/** A request that GitHub refused because of a limit. */
export interface Refusal {
  /** Null if GitHub names none. */
  readonly retryAfterMs: number | null;
  readonly refused: Refused;
}

/** `queries`: by GraphQL, which has an hourly limit of its own. */
export type Refused = 'everything' | 'writes' | 'queries';

const SECONDARY_WORDS = /\b(?:secondary rate limit|abuse detection)/i;
/** Types of GraphQL's errors. */
const QUERY_LIMITS: ReadonlySet<string | undefined> = new Set(['RATE_LIMITED', 'RATE_LIMIT']);

/** Null if the answer has no limit (some Enterprise Servers) or that of another resource. */
export function readRateLimit(headers: AnswerHeaders, { now, elapsed }: Clock): RateLimit | null {
  const resource = headers['x-ratelimit-resource'] ?? 'core';
  const limit = readNumber(headers['x-ratelimit-limit']);
  const remaining = readNumber(headers['x-ratelimit-remaining']);
  const resetMs = readReset(headers, now());
  if (resource !== 'core' || !limit || remaining === null || resetMs === null) return null;
  return { limit, remaining, resetAt: elapsed() + resetMs };
}

/** The delay (null if GitHub names none) if the refusal is a primary or secondary limit; otherwise null. */
export function readRefusal(
  { status, message, headers }: { status: number; message: string; headers: AnswerHeaders },
  now: number,
): { retryAfterMs: number | null } | null {
  if (status !== 403 && status !== 429) return null;
  const retryAfter = readNumber(headers['retry-after']);
  if (retryAfter) return { retryAfterMs: retryAfter * 1_000 };
  if (readNumber(headers['x-ratelimit-remaining']) === 0) {
    const resetMs = readReset(headers, now);
    // One second longer, because GitHub rounds to whole seconds.
    return { retryAfterMs: resetMs === null ? null : Math.max(1_000, resetMs + 1_000) };
  }
  return status === 429 || LIMIT_WORDS.test(message) ? { retryAfterMs: null } : null;
}

export interface QueryError {
  readonly type?: string;
  readonly message?: string;
}

/** The limit that an answer of GraphQL names: it refuses with status 200. */
export function readQueryRefusal(
  { errors, headers }: { errors: readonly QueryError[]; headers: AnswerHeaders },
  now: number,
): Refusal | null {
  const isSecondary = isSecondaryLimit(errors);
  if (!isSecondary && !errors.some(({ type }) => QUERY_LIMITS.has(type))) return null;
  const refusal = readRefusal({ status: 429, message: '', headers }, now);
  return refusal && { ...refusal, refused: isSecondary ? 'everything' : 'queries' };
}

/** True if GraphQL refuses what REST would refuse, too. */
export function isSecondaryLimit(errors: readonly QueryError[]): boolean {
  return errors.some(({ message = '' }) => SECONDARY_WORDS.test(message));
}

/** Milliseconds from the answer's date to the reset. Both are GitHub's, so a wrong clock here doesn't matter. */
function readReset(headers: AnswerHeaders, now: number): number | null {
  const reset = readNumber(headers['x-ratelimit-reset']);
  if (reset === null) return null;
  const answeredAt = Date.parse(String(headers['date'] ?? ''));
  return reset * 1_000 - (Number.isNaN(answeredAt) ? now : answeredAt);
}

function readNumber(value: string | number | undefined): number | null {
  const number = value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}
