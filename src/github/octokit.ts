import { type Probot, ProbotOctokit } from 'probot';
import type { Clock } from '../domain/clock.ts';
import { HeldBack, isTokenRequest, type RequestErrorLike } from './github-call.ts';
import type { RateBudgets } from './rate-budget.ts';
import {
  type AnswerHeaders,
  type QueryError,
  type RateLimit,
  type Refusal,
  readQueryRefusal,
  readRateLimit,
  readRefusal,
} from './read-rate-limit.ts';
import { redactRequest } from './redact-request.ts';
import { shortenAnswers } from './shorten-answer.ts';

/** The Octokit that Probot creates for an installation. */
export type InstallationOctokit = InstanceType<typeof ProbotOctokit>;

/** The part for reading, which GitHub's own client has too. */
export type ReadingOctokit = Pick<InstallationOctokit, 'rest' | 'paginate' | 'graphql'>;

export type GetOctokit = (installationId: number) => Promise<InstallationOctokit>;

/** The time limit of a request. `fetch` has none. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Concurrent requests of an installation in this process. GitHub allows 100 for all instances together. */
const REQUESTS_AT_ONCE = 30;

/** The options of Probot that `QuietOctokit` changes. */
interface ProbotOptions {
  readonly baseUrl?: string;
  readonly auth?: { readonly request?: { defaults(options: object): unknown } };
}

/**
 * Probot's Octokit without its own retries and throttling. They would repeat a create whose answer was lost, and stop while
 * the clock is set back. Callers wait instead, and look before they create again.
 */
export const QuietOctokit = ProbotOctokit.plugin(shortenAnswers, shareWithEvents).defaults(
  (options: ProbotOptions) => ({
    ...options,
    retry: { enabled: false },
    throttle: { enabled: false },
    ...(options.auth?.request && options.baseUrl ? { auth: useBaseUrl(options.auth, options.baseUrl) } : {}),
  }),
);

/** Gives event handlers, which use no Octokit, the app's one. Otherwise Probot creates one for each delivery. */
function shareWithEvents(octokit: { auth: InstallationOctokit['auth'] }): void {
  const { auth } = octokit;
  octokit.auth = async (options) => (asksForEvent(options) ? octokit : auth(options));
}

function asksForEvent(options: unknown): boolean {
  return (
    typeof options === 'object' && options !== null && 'type' in options && options.type === 'event-octokit'
  );
}

/** Without this, tokens that are requested outside of a request come from github.com instead of `baseUrl`. */
function useBaseUrl(auth: NonNullable<ProbotOptions['auth']>, baseUrl: string): object {
  return { ...auth, request: auth.request?.defaults({ baseUrl }) };
}

const READS = new Set(['GET', 'HEAD', undefined]);

/**
 * `fetch` with a time limit for every request to GitHub, including those for tokens. `beforeWrite` runs last before a write
 * is sent, after every queue and delay. If it throws, the write isn't sent.
 */
export function createTimedFetch(
  onAnswer: (status: number | null) => void,
  beforeWrite: () => Promise<void> = async () => {},
): typeof fetch {
  return async (input, init) => {
    if (!READS.has(init?.method)) await beforeWrite();
    const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    try {
      const response = await fetch(input, { ...init, signal });
      onAnswer(response.status);
      return response;
    } catch (error) {
      onAnswer(null);
      throw error;
    }
  };
}

/** The part of Probot that creates Octokits. */
interface GitHubLogin {
  readonly auth: Probot['auth'];
}

export interface OctokitSource {
  readonly get: GetOctokit;
  /** An Octokit with the app's own token instead of an installation's. */
  getForApp(): Promise<InstallationOctokit>;
  /** Call it once Probot's server has loaded the app. */
  connect(probot: GitHubLogin): void;
}

export interface OctokitSourceOptions {
  readonly clock: Clock;
  /** Called with the rate limit in each answer. */
  readonly onRateLimit: (installationId: number, limit: RateLimit) => void;
  /** Record refusals and hold writes back after them. */
  readonly budgets: RateBudgets;
  /** Called when GitHub refuses a request because of a limit. Writes wait for `delayMs`. */
  readonly onHold: (installationId: number, delayMs: number) => void;
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
  /** Called for each request, including those for tokens; `status` is null without an answer. */
  readonly onRequest: (sent: { method: string; route: string; status: number | null }) => void;
}

/** Keeps one Octokit for each installation, because limits and tokens belong to installations. */
export function createOctokitSource(options: OctokitSourceOptions): OctokitSource {
  const octokits = new Map<number, Promise<InstallationOctokit>>();
  let appOctokit: Promise<InstallationOctokit> | null = null;
  let probot: GitHubLogin | null = null;
  function requireProbot(): GitHubLogin {
    if (!probot) throw new Error('Probot is not loaded yet.');
    return probot;
  }
  async function make(installationId: number): Promise<InstallationOctokit> {
    const octokit = await requireProbot().auth(installationId);
    watchRequests(octokit, options);
    watchRateLimit(octokit, installationId, options);
    renewDeadToken(octokit, installationId);
    holdBack(octokit, installationId, options);
    // All check runs, comments and deployments pass here on their way to GitHub.
    octokit.hook.before('request', (request) => redactRequest(request, options.redact));
    return octokit;
  }
  async function makeForApp(): Promise<InstallationOctokit> {
    const octokit = await requireProbot().auth();
    watchRequests(octokit, options);
    return octokit;
  }
  return {
    connect(connected) {
      probot = connected;
    },
    async getForApp() {
      // Probot always returns the same one, so its hooks must be set only once.
      appOctokit ??= makeForApp();
      appOctokit.catch(() => {
        appOctokit = null;
      });
      return appOctokit;
    },
    async get(installationId) {
      const octokit = octokits.get(installationId) ?? make(installationId);
      octokits.set(installationId, octokit);
      octokit.catch(() => octokits.delete(installationId));
      return octokit;
    },
  };
}

function watchRequests(octokit: InstallationOctokit, { onRequest }: OctokitSourceOptions): void {
  const note = ({ method, url }: { method: string; url: string }, status: number | null) =>
    onRequest({ method, route: nameRoute(url), status });
  octokit.hook.after('request', ({ status }, options) => note(options, status));
  octokit.hook.error('request', (error, options) => {
    if ((error as Error).cause instanceof HeldBack) throw error;
    const { status, response } = error as RequestErrorLike;
    // Octokit reports 500 for a request that never reached GitHub.
    note(options, response && status !== undefined ? status : null);
    throw error;
  });
}

/** Ignores requests for tokens, which count against the app, and 401s, which count against the IP address. */
function watchRateLimit(
  octokit: InstallationOctokit,
  installationId: number,
  { clock, onRateLimit, budgets, onHold }: OctokitSourceOptions,
): void {
  const note = (url: string, headers: AnswerHeaders | undefined) => {
    const limit = isTokenRequest(url) || !headers ? null : readRateLimit(headers, clock);
    if (limit) onRateLimit(installationId, limit);
  };
  const refuse = (refusal: Refusal) => {
    const budget = budgets.of(installationId);
    budget.refuse(refusal, clock.elapsed());
    const delayMs = budget.holdsWritesMs(clock.elapsed());
    if (delayMs > 0) onHold(installationId, delayMs);
  };
  octokit.hook.after('request', ({ headers, data }, { method, url }) => {
    note(url, headers);
    if (isWrite(method, url)) budgets.of(installationId).noteAccepted();
    const { errors = [] } = isQuery(url) ? (data as QueryAnswer) : {};
    const refusal = readQueryRefusal({ errors, headers }, clock.now());
    if (refusal) refuse(refusal);
  });
  octokit.hook.error('request', (error, { method, url }) => {
    const { status = 0, message = '', response } = error as RequestErrorLike;
    if (status !== 401) note(url, response?.headers);
    const refusal = readRefusal({ status, message, headers: response?.headers ?? {} }, clock.now());
    if (refusal) refuse({ ...refusal, refused: isWrite(method, url) ? 'writes' : 'everything' });
    throw error;
  });
}

/** True if GitHub counts the request as content creation. */
function isWrite(method: string | undefined, url: string): boolean {
  return !READS.has(method) && !isTokenRequest(url) && !isQuery(url);
}

function isQuery(url: string): boolean {
  return url.endsWith('/graphql');
}

interface QueryAnswer {
  readonly errors?: readonly QueryError[];
}

/** After a 401 (revoked token, replaced key), renews the token and sends the request once more. */
function renewDeadToken(octokit: InstallationOctokit, installationId: number): void {
  octokit.hook.wrap('request', async (request, options) => {
    try {
      return await request(options);
    } catch (error) {
      if ((error as RequestErrorLike).status !== 401 || isTokenRequest(options.url)) throw error;
      await octokit.auth({ type: 'installation', installationId, refresh: true });
      return request(options);
    }
  });
}

/** Holds writes back after a refusal, even writes in progress, and queries after one of their own. Only the lease check comes later. */
function holdBack(
  octokit: InstallationOctokit,
  installationId: number,
  { budgets, clock }: OctokitSourceOptions,
): void {
  const gate = new RequestGate(REQUESTS_AT_ONCE);
  octokit.hook.wrap('request', (request, options) => {
    const inner: typeof fetch = options.request?.fetch ?? fetch;
    const held: typeof fetch = (...args) =>
      gate.run(() => {
        const budget = budgets.of(installationId);
        const now = clock.elapsed();
        const { method, url } = options;
        const heldMs = isQuery(url) ? budget.holdsQueriesMs(now) : budget.holdsWritesMs(now);
        if (heldMs > 0 && (isQuery(url) || isWrite(method, url))) throw new HeldBack(heldMs);
        return inner(...args);
      });
    // Changes the object itself, because inner hooks get it whatever is passed on.
    options.request = { ...options.request, fetch: held };
    return request(options);
  });
}

/**
 * The route of a request, with placeholders for owners, repositories, ids and commits, so that metrics have few values.
 * Octokit keeps its template as the address, except for lists of several pages, whose addresses are complete.
 */
export function nameRoute(url: string): string {
  if (url.startsWith('/')) return url;
  const path = URL.parse(url)?.pathname ?? 'unreadable';
  return path
    .replace(/^\/api(?:\/v3)?(?=\/)/, '')
    .replace(/^\/repos\/[^/]+\/[^/]+/, '/repos/{owner}/{repo}')
    .replace(/\/commits\/[^/]+/, '/commits/{ref}')
    .replaceAll(/\/\d+(?=\/|$)/g, '/{id}');
}

/** Limits concurrent requests. Others wait in order of arrival. */
class RequestGate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async run<T>(request: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await request();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
