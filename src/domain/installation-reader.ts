import type { Repository } from './deployment.ts';
import type { Owner } from './owner.ts';

export interface SweptRepository {
  readonly repository: Repository;
  /** Epoch milliseconds of the last push to any branch; 0 for none. */
  readonly pushedAt: number;
}

/** Throws when GitHub can't answer now. */
export interface HeadReader {
  /** The commit that a branch points to; null when there is no such branch. */
  readHead(repository: Repository, branch: string): Promise<string | null>;
}

export interface RepositoryLister {
  /** Pages of the installation's repositories. Throws when GitHub can't answer now. */
  listRepositories(installationId: number): AsyncIterable<readonly SweptRepository[]>;
}

/** Where the app is installed, and what moved there. Throws when GitHub can't answer now. */
export interface InstallationReader extends HeadReader, RepositoryLister {
  /** Those that aren't suspended. */
  listInstallations(): Promise<readonly { readonly id: number; readonly owner: Owner }[]>;
}
