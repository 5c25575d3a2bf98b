import type { Repository } from './deployment.ts';
import type { Owner } from './owner.ts';

export interface SweptRepository {
  readonly repository: Repository;
  /** Epoch milliseconds of the last push to any branch; 0 for none. */
  readonly pushedAt: number;
}

/** Throws if GitHub can't answer now. */
export interface HeadReader {
  /** The head of a branch; null if the branch doesn't exist. */
  readHead(repository: Repository, branch: string): Promise<string | null>;
}

export interface RepositoryLister {
  /** Yields pages of the installation's repositories. Throws if GitHub can't answer now. */
  listRepositories(installationId: number): AsyncIterable<readonly SweptRepository[]>;
}

/** Reads the App's installations, repositories and branch heads. Throws if GitHub can't answer now. */
export interface InstallationReader extends HeadReader, RepositoryLister {
  /** Lists the installations that aren't suspended. */
  listInstallations(): Promise<readonly { readonly id: number; readonly owner: Owner }[]>;
}
