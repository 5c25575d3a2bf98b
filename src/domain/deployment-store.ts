import type { Deployment } from './deployment.ts';
import type { WorkspaceKey } from './workspace-key.ts';

/** What changes about a deployment once it is planned. */
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

/** The fields that differ from what the deployment has. */
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
  /** Not concluded, oldest first (`orderDeployments`). */
  listOpen(workspace: WorkspaceKey): Promise<Deployment[]>;
}

export interface DeploymentStore extends DeploymentReader, OpenDeployments {
  /**
   * Changes a deployment that isn't concluded and, where a person could see the change, makes a report due. Returns it
   * as it is now; null when it was concluded meanwhile (a newer one replaced it): nothing was changed then.
   */
  saveDeployment(id: string, change: DeploymentChange): Promise<Deployment | null>;
  /**
   * The jobs of the last look at a workspace's list before that time: the newest page at the last attempt of a start, or
   * when a job was adopted. Null when there was none.
   */
  listKnownJobs(workspace: WorkspaceKey, before: number): Promise<Set<string> | null>;
  /** The jobs among these that deployments of the workspace have already. */
  listTakenJobs(workspace: WorkspaceKey, jobIds: readonly string[]): Promise<Set<string>>;
}
