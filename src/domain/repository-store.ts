import type { Repository } from './deployment.ts';
import type { NameHolder, WorkspaceStatement } from './match-workspaces.ts';

export interface RepositoryStore {
  getRepository(id: number): Promise<Repository | null>;
  /** Those of the repositories that are known here. */
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
  /** The repository that a name (`owner/name`, any letter case) belongs to: the first one that was seen with it. */
  findNameHolder(fullName: string): Promise<number | null>;
  /** `owner/name` in lower case: every name that belongs to this repository. */
  listNames(repositoryId: number): Promise<string[]>;
  /** Who has these names (`owner/name`, lower case) now, as far as it is known here. */
  listHolders(fullNames: readonly string[]): Promise<Map<string, NameHolder>>;
  /**
   * Since when each workspace of an account names the repository that it names now, by its id. One that is new here is believed to have
   * done so since it was made, and one that named another before, since `now`.
   */
  noteStatements(
    account: string,
    statements: ReadonlyMap<string, WorkspaceStatement>,
    now: number,
  ): Promise<Map<string, number>>;
}
