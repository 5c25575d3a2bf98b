import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';

export type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';

/** How GitHub words a secondary limit, on github.com and on older Enterprise Servers. */
const LIMIT_WORDS = /\b(?:rate limit|abuse detection)/i;

/** Runs one request and puts its outcome into one of the kinds; never throws for what GitHub or the network does. */
export async function callGitHub<T>(request: () => Promise<T>, now: () => number): Promise<GitHubResult<T>> {
  try {
    return { ok: true, value: await request() };
  } catch (error) {
    return { ok: false, failure: describeError(error, now()) };
  }
}

interface RequestErrorLike {
  readonly status?: number;
  readonly message?: string;
  readonly response?: { readonly headers?: Record<string, string | number | undefined> };
}

function describeError(error: unknown, now: number): GitHubFailure {
  const { status, response, message = String(error) } = error as RequestErrorLike;
  if (status === undefined || response === undefined || status >= 500) return { kind: 'unknown', message };
  const limit = readLimit(status, message, response.headers ?? {}, now);
  if (limit) return { kind: 'limited', waitMs: limit.waitMs, message };
  if (status === 401) return { kind: 'unauthorized', message };
  return { kind: 'rejected', status, message };
}

/** The wait (milliseconds) when the answer is a primary or secondary limit, else null. */
function readLimit(
  status: number,
  message: string,
  headers: Record<string, string | number | undefined>,
  now: number,
): { waitMs: number | null } | null {
  if (status !== 403 && status !== 429) return null;
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter > 0) return { waitMs: retryAfter * 1000 };
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000;
    return { waitMs: Number.isFinite(reset) ? Math.max(1_000, reset - now + 1_000) : null };
  }
  return status === 429 || LIMIT_WORDS.test(message) ? { waitMs: null } : null;
}
