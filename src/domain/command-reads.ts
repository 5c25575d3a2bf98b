import type { PermissionLevel } from './conversation.ts';
import type { Repository } from './deployment.ts';

export interface PullRequest {
  /** The source branch; null for a fork. */
  readonly headBranch: string | null;
  readonly baseBranch: string;
  readonly merged: boolean;
}

/** The reads for commands. Each throws if GitHub can't answer now. */
export interface CommandReads {
  readPermission(repository: Repository, login: string): Promise<PermissionLevel>;
  readPullRequest(repository: Repository, number: number): Promise<PullRequest>;
  /** Lists the branches whose head is this commit. */
  listBranchesAtHead(repository: Repository, sha: string): Promise<readonly string[]>;
  /** Resolves the beginning of a commit id; null if there is no such commit, or more than one. */
  resolveCommit(repository: Repository, sha: string): Promise<string | null>;
  /** The head of a branch; null if the branch doesn't exist. */
  readHead(repository: Repository, branch: string): Promise<string | null>;
  /**
   * The logins of the authors, co-authors and committers of a commit and of those before it that `base`, a commit or branch,
   * doesn't have (null: of the commit alone), as far as GitHub knows them. Null if GitHub doesn't list them all.
   */
  readCommitPeople(
    repository: Repository,
    commits: { readonly base: string | null; readonly head: string },
  ): Promise<readonly string[] | null>;
  /** Reads the heads of several branches, in one request if GitHub supports it. */
  readHeadsTogether(repository: Repository, branches: readonly string[]): Promise<Heads>;
}

/** The head of each branch; null if the branch doesn't exist. */
export type Heads = ReadonlyMap<string, string | null>;
