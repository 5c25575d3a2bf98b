import type { Clock } from '../domain/clock.ts';

export type AnswerHeaders = Record<string, string | number | undefined>;

/** What GitHub says about an installation's primary limit. */
export interface RateLimit {
  /** Requests of an hour. */
  readonly limit: number;
  readonly remaining: number;
  /** When the hour is over (`Clock.elapsed`). */
  readonly resetAt: number;
}

/** GitHub words its limits so, on github.com and on older Enterprise Servers. */
const LIMIT_WORDS = /\b(?:rate limit|abuse detection)/i;

/** Null for an answer without limits (some Enterprise Servers) or with those of another resource. */
export function readRateLimit(headers: AnswerHeaders, { now, elapsed }: Clock): RateLimit | null {
  const resource = headers['x-ratelimit-resource'] ?? 'core';
  const limit = readNumber(headers['x-ratelimit-limit']);
  const remaining = readNumber(headers['x-ratelimit-remaining']);
  const resetMs = readReset(headers, now());
  if (resource !== 'core' || !limit || remaining === null || resetMs === null) return null;
  return { limit, remaining, resetAt: elapsed() + resetMs };
}

/** The wait (milliseconds; null where GitHub names none) when a refusal is a primary or secondary limit, else null. */
export function readRefusal(
  { status, message, headers }: { status: number; message: string; headers: AnswerHeaders },
  now: number,
): { retryAfterMs: number | null } | null {
  if (status !== 403 && status !== 429) return null;
  const retryAfter = readNumber(headers['retry-after']);
  if (retryAfter) return { retryAfterMs: retryAfter * 1_000 };
  if (readNumber(headers['x-ratelimit-remaining']) === 0) {
    const resetMs = readReset(headers, now);
    // A second more, because GitHub rounds to whole seconds.
    return { retryAfterMs: resetMs === null ? null : Math.max(1_000, resetMs + 1_000) };
  }
  return status === 429 || LIMIT_WORDS.test(message) ? { retryAfterMs: null } : null;
}

/** Milliseconds from the answer's date to the reset: both are GitHub's, so that it holds on a clock that is wrong, too. */
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
