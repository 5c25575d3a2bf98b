import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Configuration } from '../../config/environment.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** Leaves enough of the hour's requests for the app after two runs of the doctor. */
const MAX_REQUESTS = 600;

export interface GitHubConnection {
  /** Authenticated as the App. */
  readonly app: Octokit;
  readonly forInstallation: (installationId: number) => Octokit;
  /** Milliseconds by which GitHub's clock is ahead of this machine's; null before the first response. */
  readonly skew: () => number | null;
}

/** Thrown when the doctor reaches its limit of requests. */
export class TooManyRequests extends Error {
  override name = 'TooManyRequests';
  constructor() {
    super(`The doctor makes at most ${MAX_REQUESTS} requests to GitHub`);
  }
}

export interface GitHubOptions {
  readonly now: () => number;
  readonly mostRequests?: number;
}

/** Creates a client of GitHub without logging, throttling and retries. */
export function connectGitHub(
  { appId, privateKey, apiUrl }: Configuration['github'],
  { now, mostRequests = MAX_REQUESTS }: GitHubOptions,
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

/** Measures the clock by the first response. Octokit corrects for a wrong clock afterwards. */
class FirstDate {
  readonly #now: () => number;
  skew: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(date: string | null, sentAt: number): void {
    const serverTime = Date.parse(date ?? '');
    if (this.skew !== null || Number.isNaN(serverTime)) return;
    // The header has no milliseconds, so it is half a second behind on average.
    this.skew = serverTime + 500 - (sentAt + this.#now()) / 2;
  }
}

/** Describes a failed request to GitHub in a clause, such as `GitHub answered 404 (Not Found)`. */
export function describeError(error: unknown): string {
  const {
    status,
    message = '',
    response,
    cause,
  } = error as {
    status?: number;
    message?: string;
    response?: unknown;
    cause?: { cause?: { code?: string }; code?: string; name?: string };
  };
  if (error instanceof TooManyRequests || cause instanceof TooManyRequests)
    return 'the doctor reached its limit of requests';
  if (response !== undefined && status !== undefined)
    return `GitHub answered ${status} (${firstLine(message)})`;
  const code = cause?.cause?.code ?? cause?.code;
  // Octokit sets a status for each failed request. Without one, the doctor failed to handle a response.
  if (code === undefined && status === undefined)
    return `the doctor can't use GitHub's response (${firstLine(message)})`;
  return `GitHub did not answer (${code ?? firstLine(message)})`;
}

/** Removes the address of GitHub's documentation, which Octokit adds. */
function firstLine(text: string): string {
  return (
    text
      .replace(/ - https?:\/\/\S+$/, '')
      .split('\n', 1)[0]
      ?.slice(0, 200) ?? ''
  );
}

export function readStatus(error: unknown): number | null {
  const { status, response } = error as { status?: number; response?: unknown };
  return response === undefined ? null : (status ?? null);
}
