import type { ConfigurationInUse, Configurations } from '../domain/configuration-in-use.ts';
import type { CommandReads, Heads, PullRequest } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Workspace } from '../domain/workspace.ts';

/** The most requests to GitHub before the job of a command starts. */
const MOST_READS = 5;
/** The requests for a configuration that isn't stored yet: the default branch's head, the folder, the file. */
const READS_OF_A_CONFIGURATION = 3;

export interface HeadReads {
  /** The heads of these branches at least. Throws when GitHub can't answer now. */
  readHeads(repository: Repository, branches: readonly string[]): Promise<Heads>;
}

/** The reads of one command: nothing twice, and at most `MOST_READS` before its job starts. */
export class ReadsOfOneCommand implements HeadReads, Omit<CommandReads, 'readHead' | 'readHeadsTogether'> {
  readonly #reads: CommandReads;
  readonly #heads = new Map<string, string | null>();
  #pull: Promise<PullRequest> | null = null;
  #branchesAtHead: Promise<readonly string[]> | null = null;
  /** The branch whose head is counted already. */
  #counted: string | null = null;
  #used: number;

  /** `used`: what was asked for already. */
  constructor(reads: CommandReads, used = 0) {
    this.#reads = reads;
    this.#used = used;
  }

  /** Reserves the requests for the configuration at the head of this branch. */
  leaveConfigurationToRead(branch: string): void {
    this.#counted = branch;
    this.#used += READS_OF_A_CONFIGURATION;
  }

  /** Whether the heads of these branches can be read one by one. */
  hasRoomFor(branches: readonly string[]): boolean {
    return this.#count(this.#listMissing(branches)) <= MOST_READS - this.#used;
  }

  readPermission: CommandReads['readPermission'] = (...asked) => {
    this.#used += 1;
    return this.#reads.readPermission(...asked);
  };

  resolveCommit: CommandReads['resolveCommit'] = (...asked) => {
    this.#used += 1;
    return this.#reads.resolveCommit(...asked);
  };

  /** The pull request that the comment is on. */
  async readPullRequest(repository: Repository, number: number): Promise<PullRequest> {
    this.#used += this.#pull ? 0 : 1;
    this.#pull ??= this.#reads.readPullRequest(repository, number);
    const { headBranch, openHead } = await this.#pull;
    // It may lag behind its branch for a moment, but reading the branch would be one request too many.
    if (this.#counted !== null && headBranch !== null && openHead !== null)
      this.#heads.set(headBranch, openHead);
    return this.#pull;
  }

  /** For the commit that the comment is on. */
  async listBranchesAtHead(repository: Repository, sha: string): Promise<readonly string[]> {
    this.#used += this.#branchesAtHead ? 0 : 1;
    this.#branchesAtHead ??= this.#reads.listBranchesAtHead(repository, sha);
    const branches = await this.#branchesAtHead;
    for (const branch of branches) this.#heads.set(branch, sha);
    return branches;
  }

  async readHeads(repository: Repository, branches: readonly string[]): Promise<Heads> {
    const missing = this.#listMissing(branches);
    if (missing.length > 1 && !this.hasRoomFor(missing)) {
      this.#used += missing.includes(this.#counted ?? '') ? 0 : 1;
      const found = await this.#reads.readHeadsTogether(repository, missing);
      for (const [branch, head] of found) this.#heads.set(branch, head);
      return this.#heads;
    }
    this.#used += this.#count(missing);
    for (const branch of missing) this.#heads.set(branch, await this.#reads.readHead(repository, branch));
    return this.#heads;
  }

  #listMissing(branches: readonly string[]): string[] {
    return [...new Set(branches)].filter((branch) => !this.#heads.has(branch));
  }

  #count(missing: readonly string[]): number {
    return missing.filter((branch) => branch !== this.#counted).length;
  }
}

export interface FirstReadPorts {
  readonly reads: ReadsOfOneCommand;
  readonly configurations: Configurations;
}

/**
 * The configuration where none is kept yet. The head that it is read at is asked for together with those of `branches`,
 * which are wanted afterwards. Throws when GitHub can't answer now.
 */
export async function readFirstConfiguration(
  look: { readonly repository: Repository; readonly workspaces: readonly Workspace[] },
  findBranches: () => Promise<readonly string[]>,
  { reads, configurations }: FirstReadPorts,
): Promise<ConfigurationInUse> {
  const { repository } = look;
  const { defaultBranch } = repository;
  reads.leaveConfigurationToRead(defaultBranch);
  const heads = await reads.readHeads(repository, [defaultBranch, ...(await findBranches())]);
  return configurations.current({ ...look, head: heads.get(defaultBranch) ?? null });
}
