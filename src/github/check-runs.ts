import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { ShownCheckRuns } from '../domain/shown-check-run.ts';
import type { CheckRunFields } from '../reporting/render/check-run-view.ts';
import { isDuplicate } from '../reporting/render/render-duplicate.ts';
import { callGitHub } from './github-call.ts';
import { locate } from './locate-repository.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

export interface WrittenCheckRun {
  readonly id: number;
  readonly url: string | null;
  /** It says that it is a duplicate. */
  readonly isDuplicate: boolean;
}

/** The check-run requests, each tried once. */
export interface CheckRunApi {
  create(repository: Repository, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>>;
  update(repository: Repository, id: number, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>>;
  /** The runs on this commit with this name whose `external_id` begins with `externalId`, oldest first. */
  find(
    repository: Repository,
    run: { sha: string; name: string; externalId: string },
  ): Promise<GitHubResult<readonly WrittenCheckRun[]>>;
  /** How many annotations a run has. */
  countAnnotations(repository: Repository, id: number): Promise<GitHubResult<number>>;
}

export interface CheckRunApiOptions {
  readonly getOctokit: GetOctokit;
  readonly appId: number;
  readonly now: () => number;
}

export function createCheckRunApi(options: CheckRunApiOptions): CheckRunApi & ShownCheckRuns {
  const { getOctokit, appId, now } = options;
  function call<T>(
    repository: Repository,
    request: (octokit: InstallationOctokit) => Promise<T>,
  ): Promise<GitHubResult<T>> {
    return callGitHub(async () => request(await getOctokit(repository.installationId)), now);
  }

  return {
    create: (repository, fields) =>
      call(repository, async (octokit) => {
        const { data } = await octokit.rest.checks.create({ ...locate(repository), ...fields });
        return { id: data.id, url: data.html_url, isDuplicate: false };
      }),

    update: (repository, id, fields) =>
      call(repository, async (octokit) => {
        const { head_sha: _, ...changes } = fields;
        const { data } = await octokit.rest.checks.update({
          ...locate(repository),
          check_run_id: id,
          ...changes,
        });
        return { id: data.id, url: data.html_url, isDuplicate: false };
      }),

    find: (repository, { sha, name, externalId }) =>
      call(repository, async (octokit) => {
        const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
          ...locate(repository),
          ref: sha,
          check_name: name,
          app_id: appId,
          filter: 'all',
          per_page: 100,
        });
        return runs
          .filter((one) => one.external_id?.startsWith(externalId))
          .toSorted((a, b) => a.id - b.id)
          .map((run) => ({
            id: run.id,
            url: run.html_url,
            isDuplicate: isDuplicate(run.output?.title ?? null),
          }));
      }),

    countAnnotations: (repository, id) =>
      call(repository, async (octokit) => {
        const { data } = await octokit.rest.checks.get({ ...locate(repository), check_run_id: id });
        return data.output?.annotations_count ?? 0;
      }),

    async listRuns(repository, sha) {
      const octokit = await getOctokit(repository.installationId);
      const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
        ...locate(repository),
        ref: sha,
        app_id: appId,
        filter: 'all',
        per_page: 100,
      });
      return runs
        .toSorted((a, b) => a.id - b.id)
        .map((run) => ({
          id: run.id,
          url: run.html_url,
          name: run.name,
          externalId: run.external_id,
          conclusion: run.status === 'completed' ? run.conclusion : null,
          title: run.output?.title ?? null,
          startedAt: Date.parse(run.started_at ?? '') || null,
          completedAt: Date.parse(run.completed_at ?? '') || null,
        }));
    },
  };
}
