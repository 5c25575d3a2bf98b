import type { WorkspaceKey } from './workspace.ts';

/** A commit whose checks a deployment waits for. */
interface AwaitedCommit extends WorkspaceKey {
  readonly repositoryId: number;
  readonly sha: string;
}

export interface AwaitedChecks {
  /** The commits of these repositories whose checks deployments wait for. */
  listAwaitedCommits(repositoryIds: readonly number[]): Promise<AwaitedCommit[]>;
}
