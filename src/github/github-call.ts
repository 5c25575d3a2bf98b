import type { RepositoryName } from '../domain/deployment.ts';
import type { GitHubFailure, GitHubResult } from '../domain/github-result.ts';
import { LeaseLost } from '../domain/lease.ts';
import { type AnswerHeaders, isSecondaryLimit, type QueryError, readRefusal } from './read-rate-limit.ts';

const SUSPENDED = /\binstallation has been suspended\b/i;

/** A write or query was not sent, because GitHub refuses such of the installation for `retryAfterMs`. */
export class HeldBack extends Error {
  override name = 'HeldBack';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('GitHub refuses such requests for now.');
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Runs one request and classifies its failure. Throws only `LeaseLost`: the request was not sent, because another instance
 * has taken over.
 */
export async function callGitHub<T>(request: () => Promise<T>, now: () => number): Promise<GitHubResult<T>> {
  try {
    return { ok: true, value: await request() };
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof LeaseLost) throw cause;
    if (cause instanceof HeldBack) {
      return {
        ok: false,
        failure: { kind: 'limited', retryAfterMs: cause.retryAfterMs, message: cause.message },
      };
    }
    return { ok: false, failure: describeError(error, now()) };
  }
}

/** The part of Octokit's errors that the app uses. */
export interface RequestErrorLike {
  readonly status?: number;
  readonly message?: string;
  readonly request?: { readonly url?: string };
  readonly response?: { readonly headers?: AnswerHeaders };
}

/** True if the request creates an installation token. It is signed with the app's own key. */
export function isTokenRequest(url: string | undefined): boolean {
  return url?.endsWith('/access_tokens') ?? false;
}

function describeError(error: unknown, now: number): GitHubFailure {
  const { status, request, response, message = String(error) } = error as RequestErrorLike;
  if (status === undefined || response === undefined || status >= 500) return { kind: 'unknown', message };
  const limit = readRefusal({ status, message, headers: response.headers ?? {} }, now);
  if (limit) return { kind: 'limited', retryAfterMs: limit.retryAfterMs, message };
  if (status === 401) return { kind: 'unauthorized', message };
  if (SUSPENDED.test(message) || isTokenRequest(request?.url)) return { kind: 'unavailable', message };
  return { kind: 'rejected', status, message };
}

/** The parameters by which Octokit's methods name a repository. */
export function locate({ owner, name }: RepositoryName): { owner: string; repo: string } {
  return { owner, repo: name };
}

/** Throws if few of an installation's requests are left, or GitHub refuses them. `what` is the work that has to wait. */
export function requireRequests(mayAsk: boolean, what: string): void {
  if (mayAsk) return;
  throw new Error(`Few requests to GitHub are left, or it refuses them for now: ${what} waits`);
}

const PASSING: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** True if only GraphQL refused a query: an Enterprise Server may lack it or a field, and its hourly limit is its own. */
export function mayReadByRest(error: unknown): boolean {
  const { status, errors, cause } = error as RequestErrorLike & {
    readonly errors?: readonly QueryError[];
    readonly cause?: unknown;
  };
  if (cause instanceof HeldBack) return true;
  if (status !== undefined) return !PASSING.has(status) && (status < 500 || status === 501);
  return errors !== undefined && !isSecondaryLimit(errors);
}
