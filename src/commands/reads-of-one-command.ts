import type { CommandReads, Heads, PullRequest } from '../domain/command-reads.ts';
import type { ConfigurationInUse, Configurations } from '../domain/configuration-in-use.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Workspace } from '../domain/workspace.ts';

export interface HeadReads {
  /** The heads of at least these branches. Throws if GitHub can't answer now. */
  readHeads(repository: Repository, branches: readonly string[]): Promise<Heads>;
}

/** The reads of one command or re-run. Reads nothing twice, and several heads together. */
export class ReadsOfOneCommand implements HeadReads, Omit<CommandReads, 'readHead' | 'readHeadsTogether'> {
  readonly #reads: CommandReads;
  readonly #heads = new Map<string, string | null>();
  readonly #people = new Map<string, ReturnType<CommandReads['readCommitPeople']>>();
  #pull: Promise<PullRequest> | null = null;
  #branchesAtHead: Promise<readonly string[]> | null = null;

  constructor(reads: CommandReads) {
    this.#reads = reads;
  }

  readPermission: CommandReads['readPermission'] = (...asked) => this.#reads.readPermission(...asked);

  /** Several workspaces often wait with the same commits. */
  readCommitPeople: CommandReads['readCommitPeople'] = (repository, commits) => {
    const key = `${commits.base}...${commits.head}`;
    const people = this.#people.get(key) ?? this.#reads.readCommitPeople(repository, commits);
    this.#people.set(key, people);
    return people;
  };

  resolveCommit: CommandReads['resolveCommit'] = (...asked) => this.#reads.resolveCommit(...asked);

  /** The pull request of the comment. */
  readPullRequest(repository: Repository, number: number): Promise<PullRequest> {
    this.#pull ??= this.#reads.readPullRequest(repository, number);
    return this.#pull;
  }

  /** For the commit of the comment. */
  async listBranchesAtHead(repository: Repository, sha: string): Promise<readonly string[]> {
    this.#branchesAtHead ??= this.#reads.listBranchesAtHead(repository, sha);
    const branches = await this.#branchesAtHead;
    for (const branch of branches) this.#heads.set(branch, sha);
    return branches;
  }

  async readHeads(repository: Repository, branches: readonly string[]): Promise<Heads> {
    const missing = [...new Set(branches)].filter((branch) => !this.#heads.has(branch));
    const [first] = missing;
    if (first !== undefined && missing.length === 1) {
      this.#heads.set(first, await this.#reads.readHead(repository, first));
    } else if (missing.length > 1) {
      const found = await this.#reads.readHeadsTogether(repository, missing);
      for (const [branch, head] of found) this.#heads.set(branch, head);
    }
    return this.#heads;
  }
}

export interface FirstReadPorts {
  readonly reads: ReadsOfOneCommand;
  readonly configurations: Configurations;
}

/**
 * Reads a configuration that isn't stored yet. Reads the head of the default branch together with the heads that are needed
 * later. Throws if GitHub can't answer now.
 */
export async function readFirstConfiguration(
  look: { readonly repository: Repository; readonly workspaces: readonly Workspace[] },
  findBranches: () => Promise<readonly string[]>,
  { reads, configurations }: FirstReadPorts,
): Promise<ConfigurationInUse> {
  const { repository } = look;
  const { defaultBranch } = repository;
  const heads = await reads.readHeads(repository, [defaultBranch, ...(await findBranches())]);
  return configurations.current({ ...look, head: heads.get(defaultBranch) ?? null });
}
