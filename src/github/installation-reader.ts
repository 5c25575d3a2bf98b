import type { Repository } from '../domain/deployment.ts';
import type { InstallationReader, SweptRepository } from '../domain/installation-reader.ts';
import { type Owner, UNKNOWN_OWNER } from '../domain/owner.ts';
import type { ReadingOctokit } from './octokit.ts';

export interface InstallationReaderOptions {
  readonly getOctokit: (installationId: number) => Promise<ReadingOctokit>;
  /** Octokit with the app's own token. */
  readonly getAppOctokit: () => Promise<ReadingOctokit>;
}

/** Reads installations, their repositories and branch heads. */
export function createInstallationReader({
  getOctokit,
  getAppOctokit,
}: InstallationReaderOptions): InstallationReader {
  return {
    async listInstallations() {
      const octokit = await getAppOctokit();
      const installations = await octokit.paginate(octokit.rest.apps.listInstallations, { per_page: 100 });
      return installations
        .filter((one) => !one.suspended_at)
        .map((one) => ({ id: one.id, owner: readOwner(one.account) }));
    },

    async *listRepositories(installationId) {
      const octokit = await getOctokit(installationId);
      const pages = octokit.paginate.iterator(octokit.rest.apps.listReposAccessibleToInstallation, {
        per_page: 100,
      });
      for await (const { data } of pages) {
        yield data.map((one): SweptRepository => {
          const repository: Repository = {
            id: one.id,
            installationId,
            owner: one.owner?.login ?? one.full_name.split('/', 1)[0] ?? '',
            ownerId: one.owner?.id ?? UNKNOWN_OWNER,
            name: one.name,
            private: one.private,
            defaultBranch: one.default_branch,
          };
          return { repository, pushedAt: Date.parse(one.pushed_at ?? '') || 0 };
        });
      }
    },

    async readHead(repository, branch) {
      const octokit = await getOctokit(repository.installationId);
      try {
        const { owner, name: repo } = repository;
        const { data } = await octokit.rest.repos.getBranch({ owner, repo, branch });
        // For a renamed branch GitHub answers with the new one, which is another branch.
        return data.name === branch ? data.commit.sha : null;
      } catch (error) {
        const { status } = error as { status?: number };
        if (status === 404 || status === 409) return null;
        throw error;
      }
    },
  };
}

/** People and organizations have a login; enterprises have a slug. */
export function readOwner(account: { id?: number; login?: string; slug?: string } | null): Owner {
  return {
    id: account?.id ?? UNKNOWN_OWNER,
    login: account?.login ?? account?.slug ?? '',
  };
}
