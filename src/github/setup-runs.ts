import type { Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import type { SetupApi, SetupText } from '../domain/setup-run.ts';
import type { CheckRunApi } from './check-runs.ts';
import { createQueuedCall, type QueuedCallOptions } from './queued-call.ts';

const SETUP_CHECK = 'Meltano Deploy setup';

export interface SetupApiOptions extends QueuedCallOptions {
  readonly runs: CheckRunApi;
  readonly readHead: (repository: Repository, branch: string) => Promise<string | null>;
}

/** The check runs that a repository gets after the app was installed. */
export function createSetupApi({ runs, readHead, ...options }: SetupApiOptions): SetupApi {
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

    async isWritten(repository, sha, conclusion) {
      const found = await runs.find(repository, {
        sha,
        name: SETUP_CHECK,
        externalId: nameRun(repository, conclusion),
      });
      return found.ok ? { ok: true, value: found.value.length > 0 } : found;
    },

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

function nameRun({ id }: Repository, conclusion: SetupText['conclusion']): string {
  return `setup/${id}/${conclusion}`;
}
