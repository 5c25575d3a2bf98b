import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { SetupApi, SetupText } from '../domain/setup-run.ts';
import type { CheckRunApi } from './check-runs.ts';
import { locate } from './github-call.ts';
import type { InstallationOctokit } from './octokit.ts';
import { createQueuedCall, type QueuedCallOptions } from './queued-call.ts';

const SETUP_CHECK = 'Meltano Deploy setup';
const CONCLUSIONS = ['success', 'neutral'] as const;
/** After a lost database, the check run is looked for on as many commits of the default branch. */
const SEARCHED_COMMITS = 20;

export interface SetupApiOptions extends QueuedCallOptions {
  readonly runs: { readonly create: CheckRunApi['create'] };
  readonly appId: number;
  readonly readHead: (repository: Repository, branch: string) => Promise<string | null>;
}

/** The check runs that a repository gets after the app was installed. */
export function createSetupApi({ runs, appId, readHead, ...options }: SetupApiOptions): SetupApi {
  const send = createQueuedCall(options);

  return {
    async readTarget({ repositoryId, installationId, owner, ownerId, name }) {
      const asked = {
        id: repositoryId,
        installationId,
        owner,
        ownerId,
        name,
        private: true,
        defaultBranch: '',
      };
      const read = await send('read', asked, async (octokit) => {
        const { data } = await octokit.rest.repos.get({ owner, repo: name });
        if (data.id !== repositoryId) return null;
        const repository = { ...asked, private: data.private, defaultBranch: data.default_branch };
        const head = await readHead(repository, data.default_branch);
        return { repository, isArchived: data.archived, head };
      });
      const isGone = !read.ok && read.failure.kind === 'rejected' && read.failure.status === 404;
      return isGone ? { ok: true, value: null } : read;
    },

    findWritten: (repository, sha) =>
      send('read', repository, async (octokit) => {
        const shas = sha === null ? await listNewest(octokit, repository) : [sha];
        const found = await Promise.all(
          shas.map((ref) =>
            octokit.rest.checks.listForRef({
              ...locate(repository),
              ref,
              app_id: appId,
              check_name: SETUP_CHECK,
              filter: 'all',
            }),
          ),
        );
        const ids = new Set(found.flatMap(({ data }) => data.check_runs.map((one) => one.external_id)));
        return CONCLUSIONS.filter((one) => ids.has(nameRun(repository, one)));
      }),

    create: (repository, sha, { conclusion, title, summary, url }) => {
      const time = `${new Date(options.now()).toISOString().slice(0, 19)}Z`;
      const fields = {
        name: SETUP_CHECK,
        head_sha: sha,
        external_id: nameRun(repository, conclusion),
        details_url: url,
        status: 'completed' as const,
        started_at: time,
        completed_at: time,
        conclusion,
        output: { title, summary },
      };
      return options.writeQueues
        .of(repository.installationId)
        .reply(async (): Promise<GitHubResult<null>> => {
          const created = await runs.create(repository, fields);
          return created.ok ? { ok: true, value: null } : created;
        }, 'last');
    },
  };
}

async function listNewest(octokit: InstallationOctokit, repository: Repository): Promise<string[]> {
  const { data } = await octokit.rest.repos.listCommits({
    ...locate(repository),
    sha: repository.defaultBranch,
    per_page: SEARCHED_COMMITS,
  });
  return data.map((one) => one.sha);
}

function nameRun({ id }: Repository, conclusion: SetupText['conclusion']): string {
  return `setup/${id}/${conclusion}`;
}
