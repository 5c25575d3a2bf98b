import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { CommitHistoryApi } from '../reporting/way-back.ts';
import { callGitHub, locate, requireRequests } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

/** The time limit of each read, because a conclusion waits for it. */
const TIMEOUT_MS = 5_000;

export interface CommitHistoryOptions {
  readonly getOctokit: GetOctokit;
  readonly mayAsk: (installationId: number) => boolean;
  readonly now: () => number;
}

/** Reads how commits came to a branch. Tries each request once. */
export function createCommitHistoryApi({ getOctokit, mayAsk, now }: CommitHistoryOptions): CommitHistoryApi {
  function read<T>(
    { installationId }: Repository,
    request: (octokit: InstallationOctokit, options: { signal: AbortSignal }) => Promise<T>,
  ): Promise<GitHubResult<T>> {
    return callGitHub(async () => {
      requireRequests(mayAsk(installationId), 'comparing commits');
      return request(await getOctokit(installationId), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    }, now);
  }

  return {
    compare: (repository, { base, head }) =>
      read(repository, async (octokit, request) => {
        // Without a page GitHub lists up to 250 commits, the oldest first.
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
          ...locate(repository),
          basehead: `${base}...${head}`,
          request,
        });
        const { commits, total_commits: total, status } = data;
        const isComplete = commits.length === total;
        return {
          relation: status,
          commits: total,
          shas: commits.map(({ sha }) => sha),
          isLinear: isComplete && commits.every(({ parents }) => parents.length === 1),
          firstParent: (isComplete && commits.at(-1)?.parents[0]?.sha) || null,
        };
      }),

    findMerge: (repository, { sha, branch }) =>
      read(repository, async (octokit, request) => {
        const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
          ...locate(repository),
          commit_sha: sha,
          request,
        });
        const merge = data.find(
          (one) => one.merged_at !== null && one.base.ref === branch && one.merge_commit_sha === sha,
        );
        return merge?.number ?? null;
      }),

    countCommits: (repository, pullRequest) =>
      read(repository, async (octokit, request) => {
        const { data } = await octokit.rest.pulls.get({
          ...locate(repository),
          pull_number: pullRequest,
          request,
        });
        return data.commits;
      }),
  };
}
