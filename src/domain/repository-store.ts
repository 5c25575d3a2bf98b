import type { Repository } from './deployment.ts';
import type { NameHolder, WorkspacePin } from './match-workspaces.ts';

/** Which repository a name means. Names are `owner/name` in lower case. */
export interface RepositoryNames {
  /** The names that this repository was the first to be seen with. */
  listNames(repositoryId: number): Promise<string[]>;
  /** The first repository that was seen with a name. */
  findNameOwner(fullName: string): Promise<number | null>;
  /** Who has these names now, as far as it is known here. */
  listHolders(fullNames: readonly string[]): Promise<Map<string, NameHolder>>;
  /** The repositories that these workspaces of an account are pinned to. */
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
   * Notes what a delivery said about a repository, unless a later delivery said something already. If it belongs to
   * another installation now, so do its deployments. Returns the ids of the deployments whose check runs are owed a write
   * because of it: it was made public, and they show their logs. `now`: what was stored by a clock that was ahead of it is
   * no later one.
   */
  learnRepository(
    repository: Repository,
    formerFullName: string | null,
    seenAt: number,
    now?: number,
  ): Promise<string[]>;
}
