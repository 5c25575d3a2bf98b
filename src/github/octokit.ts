import { type Probot, ProbotOctokit } from 'probot';

/** The Octokit that Probot makes for an installation. */
export type InstallationOctokit = InstanceType<typeof ProbotOctokit>;

export type GetOctokit = (installationId: number) => Promise<InstallationOctokit>;

/** How long one request to GitHub may take (milliseconds); `fetch` alone would wait for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

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

/** `fetch` with a time limit for every request to GitHub, the ones for tokens included. */
export function createTimedFetch(onAnswer: (status: number | null) => void): typeof fetch {
  return async (input, init) => {
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

/** One Octokit for each installation, kept: its limits and its token are the installation's. */
export function createOctokitSource(): OctokitSource {
  const octokits = new Map<number, Promise<InstallationOctokit>>();
  let probot: Pick<Probot, 'auth'> | null = null;
  function requireProbot(): Pick<Probot, 'auth'> {
    if (!probot) throw new Error('Probot is not loaded yet.');
    return probot;
  }
  return {
    connect(connected) {
      probot = connected;
    },
    getForApp: async () => requireProbot().auth(),
    async get(installationId) {
      const octokit = octokits.get(installationId) ?? requireProbot().auth(installationId);
      octokits.set(installationId, octokit);
      octokit.catch(() => octokits.delete(installationId));
      return octokit;
    },
  };
}
