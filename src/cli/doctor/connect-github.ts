import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Configuration } from '../../config/environment.ts';

/** How long one request may take (milliseconds). */
const REQUEST_TIMEOUT_MS = 15_000;
/** Two runs of the doctor must not use up the hour's requests. */
const MOST_REQUESTS = 600;

export interface GitHubConnection {
  /** With the app's own token. */
  readonly app: Octokit;
  readonly forInstallation: (installationId: number) => Octokit;
  /** Milliseconds by which GitHub's clock is ahead of this machine's, by its first answer; null before. */
  readonly skew: () => number | null;
}

/** Thrown instead of sending one request too many. */
export class TooManyRequests extends Error {
  override name = 'TooManyRequests';
  constructor() {
    super(`The doctor makes at most ${MOST_REQUESTS} requests to GitHub`);
  }
}

export interface GitHubOptions {
  readonly now: () => number;
  readonly mostRequests?: number;
}

/** GitHub's client without logging, waiting and retries. */
export function connectGitHub(
  { appId, privateKey, apiUrl }: Configuration['github'],
  { now, mostRequests = MOST_REQUESTS }: GitHubOptions,
): GitHubConnection {
  const clock = new FirstDate(now);
  let requests = 0;
  const countingFetch: typeof fetch = async (input, init) => {
    requests += 1;
    if (requests > mostRequests) throw new TooManyRequests();
    const sentAt = now();
    const response = await fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    clock.note(response.headers.get('date'), sentAt);
    return response;
  };
  const open = (auth: object) =>
    new Octokit({
      baseUrl: apiUrl,
      authStrategy: createAppAuth,
      auth: { appId, privateKey, ...auth },
      userAgent: `meltano-deploy-doctor/${packageJson.version}`,
      log: SILENT,
      request: { fetch: countingFetch },
    });
  return {
    app: open({}),
    forInstallation: (installationId) => open({ installationId }),
    skew: () => clock.skew,
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Octokit corrects for a wrong clock after the first answer, so only that one shows how wrong the clock is. */
class FirstDate {
  readonly #now: () => number;
  skew: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(date: string | null, sentAt: number): void {
    const told = Date.parse(date ?? '');
    if (this.skew !== null || Number.isNaN(told)) return;
    // The header leaves out the milliseconds: half a second is missing on average.
    this.skew = told + 500 - (sentAt + this.#now()) / 2;
  }
}
