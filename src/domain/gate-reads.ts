import type { Repository } from './deployment.ts';
import type { GitHubResult } from './github-result.ts';
import type { CommitChecks } from './wanted-check.ts';

/** What gates read from GitHub, each once. */
export interface GateReads {
  /** Null if the branch doesn't exist. */
  readHead(repository: Repository, branch: string): Promise<GitHubResult<string | null>>;
  /** `withSuites`: also which suites are open. */
  readChecks(
    repository: Repository,
    sha: string,
    options: { readonly withSuites: boolean },
  ): Promise<GitHubResult<CommitChecks>>;
}
