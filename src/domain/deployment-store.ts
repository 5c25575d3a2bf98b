import type { Deployment } from './deployment.ts';
import type { DescribeNotices } from './notification.ts';
import type { WorkspaceKey } from './workspace.ts';

/** The fields that may change after planning. */
export type DeploymentChange = Partial<
  Omit<
    Deployment,
    | 'id'
    | 'account'
    | 'workspaceId'
    | 'repositoryId'
    | 'deliveryId'
    | 'treeDigest'
    | 'revision'
    | 'reportedRevision'
    | 'checkRunId'
    | 'checkRunUrl'
    | 'checkRunAttemptedAt'
  >
>;

/** The given fields that differ from the deployment. */
export function changesOf(deployment: Deployment, fields: DeploymentChange): DeploymentChange {
  const changes = Object.entries(fields).filter(
    ([key, value]) => deployment[key as keyof Deployment] !== value,
  );
  return Object.fromEntries(changes);
}

export interface DeploymentReader {
  getDeployment(id: string): Promise<Deployment | null>;
}

export interface OpenDeployments {
  /** Lists the unconcluded deployments in the order of `orderDeployments`. */
  listOpen(workspace: WorkspaceKey): Promise<Deployment[]>;
}

export interface DeploymentStore extends DeploymentReader, OpenDeployments {
  /**
   * Changes an unconcluded deployment. Makes a report due if the change is visible. Returns the new state, or null without
   * a change if the deployment was concluded meanwhile. `describe` names what to tell of the new state, which is stored in
   * the same transaction.
   */
  saveDeployment(
    id: string,
    change: DeploymentChange,
    describe?: DescribeNotices,
  ): Promise<Deployment | null>;
  /**
   * The ids of jobs on the newest page of the workspace's list, when the last start before that time was attempted or the
   * last job was adopted. Null if there was none.
   */
  listKnownJobs(workspace: WorkspaceKey, before: number): Promise<Set<string> | null>;
  /** The jobs among `jobIds` that already belong to deployments of the workspace. */
  listTakenJobs(workspace: WorkspaceKey, jobIds: readonly string[]): Promise<Set<string>>;
}
