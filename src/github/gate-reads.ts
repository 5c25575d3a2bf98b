import type { Repository } from '../domain/deployment.ts';
import type { GateReads } from '../domain/gate-reads.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { InstallationReader } from '../domain/installation-reader.ts';
import type { SeenCheck } from '../domain/wanted-check.ts';
import { callGitHub, locate, requireRequests } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

/** A start waits for each read, and an old answer is of no use. */
const TIMEOUT_MS = 5_000;

export interface GateReadsOptions {
  readonly getOctokit: GetOctokit;
  readonly heads: { readonly readHead: InstallationReader['readHead'] };
  readonly mayAsk: (installationId: number) => boolean;
  readonly appId: number;
  readonly now: () => number;
}

export function createGateReads({ getOctokit, heads, mayAsk, appId, now }: GateReadsOptions): GateReads {
  function read<T>(
    { installationId }: Repository,
    request: (octokit: InstallationOctokit, options: { signal: AbortSignal }) => Promise<T>,
  ): Promise<GitHubResult<T>> {
    return callGitHub(async () => {
      requireRequests(mayAsk(installationId), 'a deployment');
      return request(await getOctokit(installationId), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    }, now);
  }

  return {
    readHead: (repository, branch) => read(repository, () => heads.readHead(repository, branch)),

    readChecks: (repository, sha, { withSuites }) =>
      read(repository, async (octokit, request) => {
        const asked = { ...locate(repository), ref: sha, per_page: 100, request };
        const [runs, openSuites] = await Promise.all([
          octokit.paginate(octokit.rest.checks.listForRef, { ...asked, filter: 'latest' }),
          withSuites ? listOpenSuites(octokit, asked) : null,
        ]);
        const foreign = runs.filter(({ app }) => app?.id !== appId);
        return { runs: foreign.map(toSeenCheck), openSuites };
      }),
  };
}

type ListedRun = Awaited<
  ReturnType<InstallationOctokit['rest']['checks']['listForRef']>
>['data']['check_runs'][number];

function toSeenCheck({ id, name, app, check_suite: suite, ...run }: ListedRun): SeenCheck {
  const isCompleted = run.status === 'completed';
  return {
    id,
    name,
    suiteId: suite?.id ?? null,
    app: app ? { id: app.id, slug: app.slug ?? '' } : null,
    conclusion: isCompleted ? run.conclusion : null,
    completedAt: isCompleted ? Date.parse(run.completed_at ?? '') || null : null,
  };
}

async function listOpenSuites(
  octokit: InstallationOctokit,
  asked: { owner: string; repo: string; ref: string; per_page: number },
): Promise<Set<number>> {
  const suites = await octokit.paginate(octokit.rest.checks.listSuitesForRef, asked);
  return new Set(suites.filter(({ status }) => status !== 'completed').map(({ id }) => id));
}
