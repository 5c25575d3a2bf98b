import { type Probot, ProbotOctokit } from 'probot';
import type { LeaseContext } from '../domain/lease.ts';
import { isTokenRequest, type RequestErrorLike } from './github-call.ts';
import { nameRoute } from './name-route.ts';
import { type AnswerHeaders, type RateLimit, readRateLimit, readRefusal } from './read-rate-limit.ts';

/** The Octokit that Probot makes for an installation. */
export type InstallationOctokit = InstanceType<typeof ProbotOctokit>;

/** As far as reading goes, GitHub's own client is like Probot's. */
export type ReadingOctokit = Pick<InstallationOctokit, 'rest' | 'paginate'>;

export type GetOctokit = (installationId: number) => Promise<InstallationOctokit>;

/** How long one request to GitHub may take (milliseconds); `fetch` alone would wait for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Where GitHub names no time after a secondary limit, it asks for at least a minute (milliseconds). */
const UNTOLD_WAIT_MS = 60_000;

/** What Probot hands to its Octokit, as far as it is changed here. */
interface ProbotOptions {
  readonly baseUrl?: string;
  readonly throttle?: object;
  readonly auth?: { readonly request?: { defaults(options: object): unknown } };
}

/**
 * Probot's Octokit without retries and waits of its own: a create whose answer was lost would be sent twice, and a
 * primary limit would be waited for in memory. The callers wait, and look before they create again.
 */
export const QuietOctokit = ProbotOctokit.defaults((options: ProbotOptions) => ({
  ...options,
  retry: { enabled: false },
  throttle: { ...options.throttle, onRateLimit: () => false, onSecondaryRateLimit: () => false },
  ...(options.auth?.request && options.baseUrl ? { auth: useBaseUrl(options.auth, options.baseUrl) } : {}),
}));

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

export interface OctokitSource {
  readonly get: GetOctokit;
  /** Octokit with the app's own token instead of an installation's. */
  getForApp(): Promise<InstallationOctokit>;
  /** Probot makes the Octokits; it exists only once its server has loaded the app. */
  connect(probot: Pick<Probot, 'auth'>): void;
}

export interface OctokitSourceOptions {
  readonly now: () => number;
  /** What each answer to a request of the installation's said about its limit. */
  readonly onRateLimit: (installationId: number, limit: RateLimit) => void;
  /** A request was refused for a limit; the wait is in milliseconds. */
  readonly onRefusal: (installationId: number, waitMs: number) => void;
  /** Told of each request, the ones for tokens included; `status` is null when no answer came. */
  readonly onRequest: (sent: { method: string; route: string; status: number | null }) => void;
  /** With several instances: on whose behalf requests are sent. */
  readonly leases?: LeaseContext | undefined;
}

/**
 * One Octokit for each installation, kept: its limits and its token are the installation's. A request is sent on behalf
 * of the lease of its caller, although Octokit's queue would run it on behalf of whoever emptied the queue.
 */
export function createOctokitSource(options: OctokitSourceOptions): OctokitSource {
  const octokits = new Map<number, Promise<InstallationOctokit>>();
  let appOctokit: Promise<InstallationOctokit> | null = null;
  let probot: Pick<Probot, 'auth'> | null = null;
  function requireProbot(): Pick<Probot, 'auth'> {
    if (!probot) throw new Error('Probot is not loaded yet.');
    return probot;
  }
  async function make(installationId: number): Promise<InstallationOctokit> {
    const octokit = await requireProbot().auth(installationId);
    watchRequests(octokit, options);
    watchRateLimit(octokit, installationId, options);
    renewDeadToken(octokit, installationId);
    if (options.leases) bindToCaller(octokit, options.leases);
    return octokit;
  }
  async function makeForApp(): Promise<InstallationOctokit> {
    const octokit = await requireProbot().auth();
    watchRequests(octokit, options);
    if (options.leases) bindToCaller(octokit, options.leases);
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
    const { status, response } = error as RequestErrorLike;
    // Octokit gives what never reached GitHub the status 500.
    tell(options, response && status !== undefined ? status : null);
    throw error;
  });
}

/** Requests for tokens count against the app, and a 401 against the address it came from: neither tells of the installation. */
function watchRateLimit(
  octokit: InstallationOctokit,
  installationId: number,
  { now, onRateLimit, onRefusal }: OctokitSourceOptions,
): void {
  const note = (url: string, headers: AnswerHeaders | undefined) => {
    const limit = isTokenRequest(url) || !headers ? null : readRateLimit(headers, now());
    if (limit) onRateLimit(installationId, limit);
  };
  octokit.hook.after('request', ({ headers }, { url }) => note(url, headers));
  octokit.hook.error('request', (error, { url }) => {
    const { status = 0, message = '', response } = error as RequestErrorLike;
    if (status !== 401) note(url, response?.headers);
    const refusal = readRefusal({ status, message, headers: response?.headers ?? {} }, now());
    if (refusal) onRefusal(installationId, refusal.waitMs ?? UNTOLD_WAIT_MS);
    throw error;
  });
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

/** The hook that is set last is the outermost: it still runs where the request was asked for. */
function bindToCaller(octokit: InstallationOctokit, leases: LeaseContext): void {
  octokit.hook.wrap('request', (request, options) => {
    const lease = leases.current();
    const inner: typeof fetch = options.request?.fetch ?? fetch;
    const bound: typeof fetch = (...args) => leases.run(lease, () => inner(...args));
    // The inner hooks are given this very object, whatever is passed on.
    options.request = { ...options.request, fetch: bound };
    return request(options);
  });
}
