import { Octokit } from '@octokit/rest';
import packageJson from '../../../package.json' with { type: 'json' };
import { parseExternalId } from '../../domain/external-id.ts';
import type { RequestErrorLike } from '../../github/github-call.ts';
import { readRefusal } from '../../github/read-rate-limit.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import { deploymentResultSchema, splitResult } from '../../reporting/render/render-result.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** The pause after a limit for which GitHub names no time. */
const LIMIT_MS = 60_000;
/** How many check runs of a commit are read. */
const MOST_RUNS = 1_000;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The check run of a deployment. */
export interface DeploymentRun {
  readonly id: number;
  readonly workspaceId: string;
  /** The check run's title, on one line. */
  readonly name: string;
  readonly title: string;
  readonly url: string;
  /** Null while it isn't completed. */
  readonly conclusion: string | null;
  readonly error: string | null;
  readonly next: string | null;
}

/** `again`: a read after at least this many milliseconds may succeed. `final`: none will. */
export type ReadRuns =
  | { readonly kind: 'runs'; readonly runs: readonly DeploymentRun[] }
  | { readonly kind: 'again'; readonly problem: string; readonly afterMs: number }
  | { readonly kind: 'final'; readonly problem: string };

export interface CommitAddress {
  readonly owner: string;
  readonly repo: string;
  readonly sha: string;
}

/** Reads the newest check run of each workspace's deployment on a commit. */
export function createRunReader(
  { token, apiUrl }: { readonly token: string; readonly apiUrl: string },
  { owner, repo, sha }: CommitAddress,
): () => Promise<ReadRuns> {
  const timedFetch: typeof fetch = (input, init) =>
    fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  const octokit = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: `meltano-deploy-wait/${packageJson.version}`,
    log: SILENT,
    request: { fetch: timedFetch },
  });
  return async () => {
    try {
      const listed = await octokit.paginate(
        octokit.rest.checks.listForRef,
        { owner, repo, ref: sha, filter: 'latest', per_page: 100 },
        ({ data }, done) => {
          if (data.length >= MOST_RUNS) done();
          return data;
        },
      );
      return { kind: 'runs', runs: takeNewest(listed.flatMap(readRun)) };
    } catch (error) {
      return judge(error);
    }
  };
}

function readRun(run: {
  readonly id: number;
  readonly name: string;
  readonly external_id: string | null;
  readonly html_url: string | null;
  readonly status: string;
  readonly conclusion: string | null;
  readonly output: { readonly title: string | null; readonly text: string | null };
}): DeploymentRun[] {
  const known = parseExternalId(run.external_id ?? '');
  if (known === null || !run.name.startsWith('Meltano Deploy (')) return [];
  const result = readResult(run.output.text ?? '');
  return [
    {
      id: run.id,
      workspaceId: known.workspaceId,
      name: cleanInlineText(run.name),
      title: cleanInlineText(run.output.title ?? ''),
      url: run.html_url ?? '',
      conclusion: run.status === 'completed' ? (run.conclusion ?? 'neutral') : null,
      error: result?.error ? cleanInlineText(describePlace(result.error)) : null,
      next: result?.next ? cleanInlineText(result.next) : null,
    },
  ];
}

function readResult(output: string) {
  try {
    return deploymentResultSchema.safeParse(JSON.parse(splitResult(output)?.json ?? 'null')).data ?? null;
  } catch {
    return null;
  }
}

function describePlace(error: { message: string; path: string | null; line: number | null }): string {
  return error.path === null ? error.message : `${error.path}:${error.line}: ${error.message}`;
}

/** A re-run makes a new run beside the old one. */
function takeNewest(runs: readonly DeploymentRun[]): readonly DeploymentRun[] {
  const newest = new Map<string, DeploymentRun>();
  for (const run of runs.toSorted((a, b) => a.id - b.id)) newest.set(run.workspaceId, run);
  return [...newest.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function judge(error: unknown): ReadRuns {
  const { status = 0, response, message = String(error) } = error as RequestErrorLike;
  const words = cleanInlineText(message);
  const problem = response ? `GitHub answered ${status}: ${words}` : `GitHub does not answer: ${words}`;
  const limit = readRefusal({ status, message, headers: response?.headers ?? {} }, Date.now());
  if (limit) return { kind: 'again', problem, afterMs: limit.retryAfterMs ?? LIMIT_MS };
  return response && status < 500 ? { kind: 'final', problem } : { kind: 'again', problem, afterMs: 0 };
}
