import { type Probot, ProbotOctokit } from 'probot';
import type { Clock } from '../domain/clock.ts';
import { HeldBack, isTokenRequest, type RequestErrorLike } from './github-call.ts';
import type { RateBudgets } from './rate-budget.ts';
import { type AnswerHeaders, type RateLimit, readRateLimit, readRefusal } from './read-rate-limit.ts';
import { redactRequest } from './redact-request.ts';
import { shortenAnswers } from './shorten-answer.ts';

/** The Octokit that Probot makes for an installation. */
export type InstallationOctokit = InstanceType<typeof ProbotOctokit>;

/** As far as reading goes, GitHub's own client is like Probot's. */
export type ReadingOctokit = Pick<InstallationOctokit, 'rest' | 'paginate' | 'graphql'>;

export type GetOctokit = (installationId: number) => Promise<InstallationOctokit>;

/** How long one request to GitHub may take (milliseconds); `fetch` alone would wait for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Requests of an installation at once in this process. GitHub takes 100, of all instances. */
const REQUESTS_AT_ONCE = 30;

/** The options from Probot that are changed here. */
interface ProbotOptions {
  readonly baseUrl?: string;
  readonly auth?: { readonly request?: { defaults(options: object): unknown } };
}

/**
 * Probot's Octokit without retries and waits of its own: a create whose answer was lost would be sent twice, and its queues
 * stand still while a clock is set back. The callers wait, and look before they create again.
 */
export const QuietOctokit = ProbotOctokit.plugin(shortenAnswers, shareWithEvents).defaults(
  (options: ProbotOptions) => ({
    ...options,
    retry: { enabled: false },
    throttle: { enabled: false },
    ...(options.auth?.request && options.baseUrl ? { auth: useBaseUrl(options.auth, options.baseUrl) } : {}),
  }),
);

/** The handlers of deliveries use no Octokit. They get the app's: Probot would make one for each delivery. */
function shareWithEvents(octokit: { auth: InstallationOctokit['auth'] }): void {
  const { auth } = octokit;
  octokit.auth = async (options) => (asksForEvent(options) ? octokit : auth(options));
}

function asksForEvent(options: unknown): boolean {
  return (
    typeof options === 'object' && options !== null && 'type' in options && options.type === 'event-octokit'
  );
}

/** A token that is asked for outside of a request would come from github.com, whatever the app serves. */
function useBaseUrl(auth: NonNullable<ProbotOptions['auth']>, baseUrl: string): object {
  return { ...auth, request: auth.request?.defaults({ baseUrl }) };
}

const READS = new Set(['GET', 'HEAD', undefined]);

/**
 * `fetch` with a time limit for every request to GitHub, the ones for tokens included. `beforeWrite` is the last thing
 * that happens before a write goes out, after every queue and every wait; what it throws keeps the write back.
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

/** What makes the Octokits: Probot. */
interface GitHubLogin {
  readonly auth: Probot['auth'];
}

export interface OctokitSource {
  readonly get: GetOctokit;
  /** Octokit with the app's own token instead of an installation's. */
  getForApp(): Promise<InstallationOctokit>;
  /** Probot makes the Octokits; it exists only once its server has loaded the app. */
  connect(probot: GitHubLogin): void;
}

export interface OctokitSourceOptions {
  readonly clock: Clock;
  /** Called with the limit in each answer to the installation. */
  readonly onRateLimit: (installationId: number, limit: RateLimit) => void;
  /** They record refusals, and hold writes back afterwards. */
  readonly budgets: RateBudgets;
  /** GitHub refused something for a limit: no write goes out for so long (milliseconds). */
  readonly onHold: (installationId: number, delayMs: number) => void;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Called for each request, including those for tokens; `status` is null without an answer. */
  readonly onRequest: (sent: { method: string; route: string; status: number | null }) => void;
}

/** One Octokit for each installation, kept: its limits and its token are the installation's. */
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
    // The one place that all check runs, comments and deployments pass on their way out.
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
      // Probot has one for itself: what is hooked to it must be hooked once.
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
  const tell = ({ method, url }: { method: string; url: string }, status: number | null) =>
    onRequest({ method, route: nameRoute(url), status });
  octokit.hook.after('request', ({ status }, options) => tell(options, status));
  octokit.hook.error('request', (error, options) => {
    if ((error as Error).cause instanceof HeldBack) throw error;
    const { status, response } = error as RequestErrorLike;
    // Octokit gives what never reached GitHub the status 500.
    tell(options, response && status !== undefined ? status : null);
    throw error;
  });
}

/** Requests for tokens count against the app, and a 401 against the IP address: neither concerns the installation. */
function watchRateLimit(
  octokit: InstallationOctokit,
  installationId: number,
  { clock, onRateLimit, budgets, onHold }: OctokitSourceOptions,
): void {
  const note = (url: string, headers: AnswerHeaders | undefined) => {
    const limit = isTokenRequest(url) || !headers ? null : readRateLimit(headers, clock);
    if (limit) onRateLimit(installationId, limit);
  };
  octokit.hook.after('request', ({ headers }, { method, url }) => {
    note(url, headers);
    if (isWrite(method, url)) budgets.of(installationId).noteTaken();
  });
  octokit.hook.error('request', (error, { method, url }) => {
    const { status = 0, message = '', response } = error as RequestErrorLike;
    if (status !== 401) note(url, response?.headers);
    const refusal = readRefusal({ status, message, headers: response?.headers ?? {} }, clock.now());
    if (refusal) {
      const budget = budgets.of(installationId);
      const now = clock.elapsed();
      budget.refuse({ retryAfterMs: refusal.retryAfterMs, isWrite: isWrite(method, url) }, now);
      onHold(installationId, budget.holdsWritesMs(now));
    }
    throw error;
  });
}

/** GitHub counts it as creating content. */
function isWrite(method: string | undefined, url: string): boolean {
  return !READS.has(method) && !isTokenRequest(url) && !url.endsWith('/graphql');
}

/** A token that died early (revoked, a key replaced) is made anew, once, and the refused request is sent once more. */
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

/** After a refusal no write goes out, not even one under way: this is the last step before the lease check. */
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
        const delayMs = budgets.of(installationId).holdsWritesMs(clock.elapsed());
        if (delayMs > 0 && isWrite(options.method, options.url)) throw new HeldBack(delayMs);
        return inner(...args);
      });
    // The inner hooks are given this very object, whatever is passed on.
    options.request = { ...options.request, fetch: held };
    return request(options);
  });
}

/**
 * The route of a request, with names for what differs: there are only so many. Octokit keeps the address as it was
 * written down, but for lists with several pages: their addresses are whole, and what differs in them are owner and
 * name of a repository, ids and commits.
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

/** Lets so many requests through at once; the others wait in the order of their coming. */
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
