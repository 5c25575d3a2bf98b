import type { CheckAnnotation } from '../domain/commit-run.ts';
import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { ShownCheckRun, ShownCheckRuns } from '../domain/shown-check-run.ts';
import type { CheckRunFields } from '../reporting/render/check-run-view.ts';
import { isDuplicate } from '../reporting/render/render-duplicate.ts';
import { callGitHub, locate } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

export interface WrittenCheckRun {
  readonly id: number;
  readonly url: string | null;
  /** True if its title says that it is a duplicate. */
  readonly isDuplicate: boolean;
}

/** Requests about check runs. Sends each once. */
export interface CheckRunApi {
  create(repository: Repository, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>>;
  update(repository: Repository, id: number, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>>;
  /** Finds the commit's runs with this name whose `external_id` begins with `externalId`, oldest first. */
  find(
    repository: Repository,
    run: { sha: string; name: string; externalId: string },
  ): Promise<GitHubResult<readonly WrittenCheckRun[]>>;

  countAnnotations(repository: Repository, id: number): Promise<GitHubResult<number>>;
  /** The places of a run's first 100 annotations. */
  listAnnotations(repository: Repository, id: number): Promise<GitHubResult<readonly AnnotatedLine[]>>;
}

export type AnnotatedLine = Pick<CheckAnnotation, 'path' | 'start_line'> & {
  readonly annotation_level: string | null;
};

export interface CheckRunsOptions {
  readonly getOctokit: GetOctokit;
  readonly appId: number;
  readonly now: () => number;
}

export class CheckRuns implements CheckRunApi, ShownCheckRuns {
  readonly #options: CheckRunsOptions;

  constructor(options: CheckRunsOptions) {
    this.#options = options;
  }

  create(repository: Repository, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>> {
    return this.#call(repository, async (octokit) => {
      const { data } = await octokit.rest.checks.create({ ...locate(repository), ...fields });
      return toWritten(data);
    });
  }

  update(repository: Repository, id: number, fields: CheckRunFields): Promise<GitHubResult<WrittenCheckRun>> {
    return this.#call(repository, async (octokit) => {
      const { head_sha: _, ...changes } = fields;
      const place = { ...locate(repository), check_run_id: id };
      const { data } = await octokit.rest.checks.update({ ...place, ...changes });
      return toWritten(data);
    });
  }

  find(
    repository: Repository,
    { sha, name, externalId }: { sha: string; name: string; externalId: string },
  ): Promise<GitHubResult<readonly WrittenCheckRun[]>> {
    return this.#call(repository, async (octokit) => {
      const runs = await this.#list(octokit, { ...locate(repository), ref: sha, check_name: name });
      return runs
        .filter((one) => one.external_id?.startsWith(externalId))
        .map((run) => ({
          id: run.id,
          url: run.html_url,
          isDuplicate: isDuplicate(run.output?.title ?? null),
        }));
    });
  }

  countAnnotations(repository: Repository, id: number): Promise<GitHubResult<number>> {
    return this.#call(repository, async (octokit) => {
      const { data } = await octokit.rest.checks.get({ ...locate(repository), check_run_id: id });
      return data.output?.annotations_count ?? 0;
    });
  }

  listAnnotations(repository: Repository, id: number): Promise<GitHubResult<readonly AnnotatedLine[]>> {
    return this.#call(repository, async (octokit) => {
      const run = { ...locate(repository), check_run_id: id };
      const { data } = await octokit.rest.checks.listAnnotations({ ...run, per_page: 100 });
      return data.map(({ path, start_line, annotation_level }) => ({ path, start_line, annotation_level }));
    });
  }

  async listRuns(repository: Repository, sha: string): Promise<ShownCheckRun[]> {
    const octokit = await this.#options.getOctokit(repository.installationId);
    const runs = await this.#list(octokit, { ...locate(repository), ref: sha });
    return runs.map((run) => ({
      id: run.id,
      url: run.html_url,
      name: run.name,
      externalId: run.external_id,
      conclusion: run.status === 'completed' ? run.conclusion : null,
      title: run.output?.title ?? null,
      startedAt: Date.parse(run.started_at ?? '') || null,
      completedAt: Date.parse(run.completed_at ?? '') || null,
    }));
  }

  /** The app's runs, oldest first. */
  async #list(
    octokit: InstallationOctokit,
    wanted: { owner: string; repo: string; ref: string; check_name?: string },
  ) {
    const page = { app_id: this.#options.appId, filter: 'all', per_page: 100 } as const;
    const runs = await octokit.paginate(octokit.rest.checks.listForRef, { ...wanted, ...page });
    return runs.toSorted((a, b) => a.id - b.id);
  }

  #call<T>(
    { installationId }: Repository,
    request: (octokit: InstallationOctokit) => Promise<T>,
  ): Promise<GitHubResult<T>> {
    const { getOctokit, now } = this.#options;
    return callGitHub(async () => request(await getOctokit(installationId)), now);
  }
}

/** Throws if a proxy answered with a page of its own: GitHub may not have the run. */
function toWritten({ id, html_url: url }: { id: number; html_url: string | null }): WrittenCheckRun {
  if (typeof id !== 'number') throw new Error('The answer is not a check run.');
  return { id, url, isDuplicate: false };
}
