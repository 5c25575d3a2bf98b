import type { Repository } from './deployment.ts';
import type { GitHubResult } from './github-result.ts';

/**
 * `due`: nothing was written yet. `waiting`: no workspace names the repository yet. `done`: the workspaces were named, or there
 * is nothing to write.
 */
type SetupState = 'due' | 'waiting' | 'done';

interface SetupKey {
  readonly repositoryId: number;
  readonly installationId: number;
}

/** The state of a repository's setup check run. All times are epoch milliseconds. */
export interface SetupRun extends SetupKey {
  readonly owner: string;
  readonly ownerId: number;
  readonly name: string;
  readonly addedAt: number;
  readonly state: SetupState;
  /** 1 if the repository gets no check run while it has no workspace, because more than ten were added at once; otherwise 0. */
  readonly isSilent: number;
  /** The commit of the check run that is being created. */
  readonly sha: string | null;
  /** When its create was first sent. If set, look before creating again. */
  readonly attemptedAt: number | null;
  /** When the check run was written that names no workspace, and the one that names them. */
  readonly neutralAt: number | null;
  readonly successAt: number | null;
}

export type AddedRepository = Pick<
  SetupRun,
  'repositoryId' | 'installationId' | 'owner' | 'ownerId' | 'name' | 'isSilent'
>;

export interface SetupRunStore {
  /** A known repository keeps its state. It may have another installation now. */
  addSetupRuns(repositories: readonly AddedRepository[], now: number): Promise<void>;
  getSetupRun(repositoryId: number): Promise<SetupRun | null>;
  saveSetupRun(
    repositoryId: number,
    change: Partial<Pick<SetupRun, 'state' | 'sha' | 'attemptedAt' | 'neutralAt' | 'successAt'>>,
  ): Promise<void>;
  /** The repositories whose check run is due or awaited. */
  listDueSetupRuns(): Promise<number[]>;
  /** The times of the installation's check runs since a time, and of the creates of others that are under way, oldest first. */
  listSetupWrites(run: SetupKey, since: number): Promise<number[]>;
  /** Notes a create right before it is sent. False, without a change, if there are `most` check runs since then. */
  reserveSetupWrite(
    run: SetupKey,
    create: { readonly sha: string; readonly at: number },
    limit: { readonly since: number; readonly most: number },
  ): Promise<boolean>;
  /** True if something else started a job right after a push to the repository, as its own webhook does. */
  wasDeployedByWebhook(repositoryId: number): Promise<boolean>;
}

/** The present state of a repository on GitHub. */
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

interface LinkedSetupText extends SetupText {
  /** The account's page on Meltano Cloud. */
  readonly url: string;
}

/** Tries each request once, when the limits have room for it. Its writes come after all others. */
export interface SetupApi {
  /** Null if the repository is gone or can't be reached. */
  readTarget(run: SetupRun): Promise<GitHubResult<SetupTarget | null>>;
  /** The conclusions of the setup check runs of a commit, or (null) of the newest ones of the default branch. */
  findWritten(
    repository: Repository,
    sha: string | null,
  ): Promise<GitHubResult<readonly SetupText['conclusion'][]>>;
  create(repository: Repository, sha: string, text: LinkedSetupText): Promise<GitHubResult<null>>;
}
