import type { Repository } from './deployment.ts';
import type { NameHolder, WorkspacePin } from './match-workspaces.ts';

/** The names of repositories (`owner/name` in lower case), and the pins of workspaces. */
export interface RepositoryNames {
  /** The names that this repository was the first to have. */
  listNames(repositoryId: number): Promise<string[]>;
  /** The first repository that was seen with a name. */
  findNameOwner(fullName: string): Promise<number | null>;
  /** The last known repositories with these names. */
  listHolders(fullNames: readonly string[]): Promise<Map<string, NameHolder>>;
  /** The names under which workspaces of an account are pinned to the repository. */
  listPinnedNames(account: string, repositoryId: number): Promise<string[]>;
  /** The pins of these workspaces of an account. */
  listPins(account: string, workspaceIds: readonly string[]): Promise<WorkspacePin[]>;
  savePins(account: string, pins: readonly WorkspacePin[]): Promise<void>;
}

export interface RepositoryReader {
  getRepository(id: number): Promise<Repository | null>;
}

export interface RepositoryStore extends RepositoryNames, RepositoryReader {
  /** The repositories among these that are stored. */
  listKnown(ids: readonly number[]): Promise<Repository[]>;
  /**
   * Stores the repository from a delivery, unless a later delivery was stored. Moves its deployments if the installation
   * changed. If the repository became public, returns the ids of deployments whose check runs have to hide their logs.
   * Ignores stored times after `now`, which were written before the clock was set back.
   */
  learnRepository(
    repository: Repository,
    formerFullName: string | null,
    seenAt: number,
    now?: number,
  ): Promise<string[]>;
}
