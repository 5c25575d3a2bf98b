import type { CommandReads, Heads, PullRequest } from '../domain/command-reads.ts';
import { PERMISSION_LEVELS, type PermissionLevel } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import { toRef } from '../domain/git-ref.ts';
import type { InstallationReader } from '../domain/installation-reader.ts';
import { locate, mayReadByRest, requireRequests } from './github-call.ts';
import type { GetOctokit, InstallationOctokit } from './octokit.ts';

/** The delays before asking again for a resource that GitHub has just announced but doesn't find. */
const NOT_FOUND_DELAYS_MS = [500, 1_000, 2_000];

const COMMITS_PER_PAGE = 100;
/** Of commits whose authors are read. */
const MOST_PAGES = 10;

export interface CommandReadsOptions {
  readonly getOctokit: GetOctokit;
  readonly heads: { readHead: InstallationReader['readHead'] };
  /** False while GitHub refuses the installation's requests, or the last ones are reserved for other uses. */
  readonly mayAsk: (installationId: number) => boolean;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Reads for commands. */
export class GitHubCommandReads implements CommandReads {
  readonly #options: CommandReadsOptions;

  constructor(options: CommandReadsOptions) {
    this.#options = options;
  }

  /** Uses the highest right, because with custom roles `role_name` is arbitrary and `permission` is coarse. */
  async readPermission(repository: Repository, login: string): Promise<PermissionLevel> {
    const octokit = await this.#open(repository);
    const asked = { ...locate(repository), username: login };
    // GitHub may not show a new collaborator yet.
    const data = await this.#readUntilFound(() => octokit.rest.repos.getCollaboratorPermissionLevel(asked));
    return data === null ? 'none' : highestOf(data.user?.permissions ?? {}, data.permission);
  }

  async readPullRequest(repository: Repository, number: number): Promise<PullRequest> {
    const octokit = await this.#open(repository);
    const asked = { ...locate(repository), pull_number: number };
    const pull = await this.#readUntilFound(() => octokit.rest.pulls.get(asked));
    if (pull === null) throw new Error(`GitHub does not show pull request ${number}.`);
    const { head, base, merged } = pull;
    return {
      headBranch: head.repo?.id === repository.id ? head.ref : null,
      baseBranch: base.ref,
      merged,
    };
  }

  async listBranchesAtHead(repository: Repository, sha: string): Promise<readonly string[]> {
    const octokit = await this.#open(repository);
    const asked = { ...locate(repository), commit_sha: sha };
    const branches = await this.#readUntilFound(() => octokit.rest.repos.listBranchesForHeadCommit(asked));
    return (branches ?? []).map((one) => one.name);
  }

  async resolveCommit(repository: Repository, sha: string): Promise<string | null> {
    const octokit = await this.#open(repository);
    const asked = { ...locate(repository), ref: sha, per_page: 1 };
    const commit = await orNull(() => octokit.rest.repos.getCommit(asked));
    // A branch or tag may have a name that looks like the start of a commit.
    return commit?.sha.startsWith(sha.toLowerCase()) ? commit.sha : null;
  }

  async readCommitPeople(
    repository: Repository,
    { base, head }: { readonly base: string | null; readonly head: string },
  ): Promise<readonly string[] | null> {
    const octokit = await this.#open(repository);
    if (base === null) {
      const { data } = await octokit.rest.repos.getCommit({ ...locate(repository), ref: head, per_page: 1 });
      return listPeople([data]);
    }
    const people: string[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const asked = {
        ...locate(repository),
        basehead: `${base}...${head}`,
        per_page: COMMITS_PER_PAGE,
        page,
      };
      // After a force push, GitHub may have lost the older commit.
      const compared = await orNull(() => octokit.rest.repos.compareCommitsWithBasehead(asked));
      if (compared === null) return null;
      people.push(...listPeople(compared.commits));
      if (page * COMMITS_PER_PAGE >= compared.total_commits) return people;
    }
    return null;
  }

  async readHead(repository: Repository, branch: string): Promise<string | null> {
    this.#requireRequests(repository);
    return this.#options.heads.readHead(repository, branch);
  }

  async readHeadsTogether(repository: Repository, branches: readonly string[]): Promise<Heads> {
    const found = await queryHeads(await this.#open(repository), repository, branches);
    if (found) return found;
    const heads = new Map<string, string | null>();
    for (const branch of branches) heads.set(branch, await this.readHead(repository, branch));
    return heads;
  }

  async #open(repository: Repository): ReturnType<GetOctokit> {
    this.#requireRequests(repository);
    return this.#options.getOctokit(repository.installationId);
  }

  #requireRequests({ installationId }: Repository): void {
    requireRequests(this.#options.mayAsk(installationId), 'the command');
  }

  async #readUntilFound<T>(request: () => Promise<{ data: T }>): Promise<T | null> {
    for (const delayMs of NOT_FOUND_DELAYS_MS) {
      const found = await orNull(request);
      if (found !== null) return found;
      await this.#options.sleep(delayMs);
    }
    return orNull(request);
  }
}

function highestOf(rights: Partial<Record<string, boolean>>, coarse: string): PermissionLevel {
  const highest = PERMISSION_LEVELS.findLast((level) => rights[level]);
  if (highest) return highest;
  if (coarse === 'admin') return 'admin';
  return coarse === 'write' ? 'push' : coarse === 'read' ? 'pull' : 'none';
}

/** The data; null for 404, 410 and 422. Throws everything else. */
async function orNull<T>(request: () => Promise<{ data: T }>): Promise<T | null> {
  try {
    return (await request()).data;
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 404 || status === 410 || status === 422) return null;
    throw error;
  }
}

interface Answer {
  readonly repository: Readonly<
    Record<string, { readonly target: { readonly oid: string } | null } | null>
  > | null;
}

/**
 * Reads the heads of several branches in one request, which REST can't. Null if the server can't either: then read them one
 * by one. Throws if GitHub can't answer now.
 */
async function queryHeads(
  octokit: InstallationOctokit,
  { owner, name }: Repository,
  branches: readonly string[],
): Promise<Heads | null> {
  const refs = branches.map((branch, n) => [`ref${n}`, toRef(branch)] as const);
  try {
    const { repository } = await octokit.graphql<Answer>(writeHeadsQuery(branches.length), {
      owner,
      repository: name,
      ...Object.fromEntries(refs),
    });
    return new Map(branches.map((branch, n) => [branch, repository?.[`ref${n}`]?.target?.oid ?? null]));
  } catch (error) {
    if (!mayReadByRest(error)) throw error;
    return null;
  }
}

/** The GraphQL query for the heads of `count` branches. Its variables are `owner`, `repository`, `ref0`, `ref1` … */
export function writeHeadsQuery(count: number): string {
  const names = Array.from({ length: count }, (_, n) => `ref${n}`);
  const variables = ['owner', 'repository', ...names].map((name) => `$${name}: String!`).join(', ');
  const refs = names.map((name) => `${name}: ref(qualifiedName: $${name}) { target { oid } }`).join(' ');
  return `query Heads(${variables}) { repository(owner: $owner, name: $repository) { ${refs} } }`;
}

interface CommitPeople {
  readonly author: object | null;
  readonly committer: object | null;
  readonly commit: { readonly message: string };
}

/** GitHub names only people with an account, and co-authors only in the message, often by an address that has the login. */
const CO_AUTHOR = /^co-authored-by:.*<(?:\d+\+)?([^<>@+\s]+)@users\.noreply\.[^<>@\s]+>\s*$/gim;

function listPeople(commits: readonly CommitPeople[]): string[] {
  return commits.flatMap(({ author, committer, commit: { message } }) => {
    const named = [author, committer].flatMap((one) =>
      one !== null && 'login' in one && typeof one.login === 'string' ? one.login : [],
    );
    return [...named, ...[...message.matchAll(CO_AUTHOR)].flatMap(([, login]) => login ?? [])];
  });
}
