import { type CommandReads, PERMISSION_LEVELS, type PermissionLevel } from '../domain/conversation.ts';
import type { HeadReader } from '../domain/installation-reader.ts';
import { locate } from './locate-repository.ts';
import type { GetOctokit } from './octokit.ts';
import { readHeadsTogether } from './read-heads.ts';
import { requireRequests } from './require-requests.ts';

/** Waits (milliseconds) before what GitHub just told of, and doesn't find, is asked for again. */
const NOT_FOUND_WAITS_MS = [500, 1_000, 2_000];

export interface CommandReadsOptions {
  readonly getOctokit: GetOctokit;
  readonly heads: HeadReader;
  /** False while GitHub refuses the installation's requests, or the last ones are kept for what matters more. */
  readonly mayAsk: (installationId: number) => boolean;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** What commands ask GitHub for. */
export function createCommandReads(options: CommandReadsOptions): CommandReads {
  const { mayAsk, sleep } = options;
  function makeWay(installationId: number): void {
    requireRequests(mayAsk(installationId), 'the command');
  }
  async function getOctokit(installationId: number): ReturnType<GetOctokit> {
    makeWay(installationId);
    return options.getOctokit(installationId);
  }
  async function foundSoon<T>(read: () => Promise<T | null>): Promise<T | null> {
    for (const wait of NOT_FOUND_WAITS_MS) {
      const found = await read();
      if (found !== null) return found;
      await sleep(wait);
    }
    return read();
  }
  const readHead: CommandReads['readHead'] = async (repository, branch) => {
    makeWay(repository.installationId);
    return options.heads.readHead(repository, branch);
  };

  return {
    /** By the highest right that is true: a custom role makes `role_name` anything, and `permission` coarse. */
    async readPermission(repository, login) {
      const octokit = await getOctokit(repository.installationId);
      const asked = { ...locate(repository), username: login };
      // Somebody who was invited a moment ago may not be known yet.
      const data = await foundSoon(() =>
        orNull(() => octokit.rest.repos.getCollaboratorPermissionLevel(asked)),
      );
      return data === null ? 'none' : highestOf(data.user?.permissions ?? {}, data.permission);
    },

    async readPullRequest(repository, number) {
      const octokit = await getOctokit(repository.installationId);
      const asked = { ...locate(repository), pull_number: number };
      const pull = await foundSoon(() => orNull(() => octokit.rest.pulls.get(asked)));
      if (pull === null) throw new Error(`GitHub does not show pull request ${number}.`);
      const { head, base, merged, state } = pull;
      return {
        headBranch: head.repo?.id === repository.id ? head.ref : null,
        baseBranch: base.ref,
        merged,
        openHead: state === 'open' ? head.sha : null,
      };
    },

    async listBranchesAtHead(repository, sha) {
      const octokit = await getOctokit(repository.installationId);
      const asked = { ...locate(repository), commit_sha: sha };
      const branches = await foundSoon(() =>
        orNull(() => octokit.rest.repos.listBranchesForHeadCommit(asked)),
      );
      return (branches ?? []).map((one) => one.name);
    },

    async resolveCommit(repository, sha) {
      const octokit = await getOctokit(repository.installationId);
      const asked = { ...locate(repository), ref: sha };
      const commit = await orNull(() => octokit.rest.repos.getCommit({ ...asked, per_page: 1 }));
      // A branch or tag may be named like the beginning of a commit.
      return commit?.sha.startsWith(sha.toLowerCase()) ? commit.sha : null;
    },

    readHead,

    async readHeadsTogether(repository, branches) {
      const octokit = await getOctokit(repository.installationId);
      const found = await readHeadsTogether(octokit, repository, branches);
      if (found) return found;
      const heads = new Map<string, string | null>();
      for (const branch of branches) heads.set(branch, await readHead(repository, branch));
      return heads;
    },
  };
}

function highestOf(rights: Partial<Record<string, boolean>>, coarse: string): PermissionLevel {
  const highest = PERMISSION_LEVELS.findLast((level) => rights[level]);
  if (highest) return highest;
  if (coarse === 'admin') return 'admin';
  return coarse === 'write' ? 'push' : coarse === 'read' ? 'pull' : 'none';
}

/** The data; null for what GitHub doesn't have (404, 410, 422). Throws for everything else. */
async function orNull<T>(request: () => Promise<{ data: T }>): Promise<T | null> {
  try {
    return (await request()).data;
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 404 || status === 410 || status === 422) return null;
    throw error;
  }
}
