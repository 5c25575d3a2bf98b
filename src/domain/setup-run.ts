import type { Repository } from './deployment.ts';
import type { GitHubResult } from './github-result.ts';

/**
 * `due`: nothing was said yet. `waiting`: it was said that no workspace names the repository, or nothing, as too many were
 * added at once. `done`: the workspaces were named, or there is nothing to say.
 */
export type SetupState = 'due' | 'waiting' | 'done';

/** What the app says in a repository after it was installed there. All times are epoch milliseconds. */
export interface SetupRun {
  readonly repositoryId: number;
  readonly installationId: number;
  readonly owner: string;
  readonly ownerId: number;
  readonly name: string;
  readonly addedAt: number;
  readonly state: SetupState;
  /** 0 or 1: a repository without a workspace gets no check run, as more than ten were added at once. */
  readonly isSilent: number;
  /** The commit of the check run that is being created. */
  readonly sha: string | null;
  /** When its create was first sent. If set, look before creating again. */
  readonly attemptedAt: number | null;
  readonly writtenAt: number | null;
}

export type AddedRepository = Pick<
  SetupRun,
  'repositoryId' | 'installationId' | 'owner' | 'ownerId' | 'name' | 'isSilent'
>;

export interface SetupRunStore {
  /** A repository that is known already keeps what was said. */
  addSetupRuns(repositories: readonly AddedRepository[], now: number): Promise<void>;
  getSetupRun(repositoryId: number): Promise<SetupRun | null>;
  saveSetupRun(
    repositoryId: number,
    change: Partial<Pick<SetupRun, 'state' | 'sha' | 'attemptedAt' | 'writtenAt'>>,
  ): Promise<void>;
  /** The repositories to say something in. */
  listDueSetupRuns(): Promise<number[]>;
  /** When check runs were written since then, oldest first. */
  listSetupWrites(installationId: number, since: number): Promise<number[]>;
  /** True if something else started a deployment from the repository. */
  hasAdoptedJobs(repositoryId: number): Promise<boolean>;
}

/** What GitHub says of a repository now. */
export interface SetupTarget {
  readonly repository: Repository;
  readonly isArchived: boolean;
  /** The head of the default branch; null for an empty repository. */
  readonly head: string | null;
}

export interface SetupText {
  readonly conclusion: 'success' | 'neutral';
  readonly title: string;
  readonly summary: string;
}

/** Tries each request once, when there is room for it. Writes come after all others. */
export interface SetupApi {
  /** Null if the repository isn't there, or out of reach. */
  readTarget(run: SetupRun): Promise<GitHubResult<SetupTarget | null>>;
  /** Whether the commit has a check run with this conclusion already. */
  isWritten(
    repository: Repository,
    sha: string,
    conclusion: SetupText['conclusion'],
  ): Promise<GitHubResult<boolean>>;
  create(repository: Repository, sha: string, text: SetupText): Promise<GitHubResult<null>>;
}
