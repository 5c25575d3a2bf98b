import type { Deployment, PlannedDeployment } from './deployment.ts';
import type { RepositoryWorkspace, WorkspaceKey } from './workspace.ts';

/** A commit whose checks a deployment waits for. */
interface AwaitedCommit extends WorkspaceKey {
  readonly repositoryId: number;
  readonly sha: string;
}

export interface AwaitedChecks {
  /** The commits of these repositories that deployments wait with at a gate, or whose gate ended one and may still open. */
  listAwaitedCommits(repositoryIds: readonly number[]): Promise<AwaitedCommit[]>;
}

/** Deployments of other workspaces. */
export interface OtherDeployments {
  /** The workspace's newest deployments with a check run, newest first. */
  listRecent(workspace: RepositoryWorkspace, limit: number): Promise<Deployment[]>;
  /** The workspace's newest record about this commit, deployed or not. */
  findNewestOf(workspace: RepositoryWorkspace, sha: string): Promise<Deployment | null>;
}

/** Gates that ended a deployment, and are watched for some days: they are armed. */
export interface ArmedGates {
  /** The newest deployment of the workspace whose gate is armed. */
  findArmed(workspace: WorkspaceKey): Promise<Deployment | null>;
  /** Returns the deployment; null if its gate isn't armed any more. */
  disarm(id: string): Promise<Deployment | null>;
  /**
   * Stores the deployment that follows the one whose gate opened, in one transaction, and links to it. Returns both; none if
   * that was done before.
   */
  openArmed(id: string, planned: PlannedDeployment): Promise<Deployment[]>;
}

export interface GateStore extends AwaitedChecks, ArmedGates {
  listArmedWorkspaces(): Promise<WorkspaceKey[]>;
}
