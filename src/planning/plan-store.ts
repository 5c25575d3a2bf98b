import type { NewConfigurationRun } from '../domain/configuration-run.ts';
import type { NewCommand } from '../domain/conversation.ts';
import type { Deployment, PlannedDeployment, Rerun } from '../domain/deployment.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { RepositoryWorkspace, WorkspaceKey } from '../domain/workspace-key.ts';
import type { TreeDigestStore } from './changed-paths.ts';

export type NewId = () => string;

/** Whether a deployment would be started by the last push to its branch, and none is kept. */
export type LacksPush = (start: {
  readonly account: string;
  readonly workspaceId: string;
  readonly repositoryId: number;
  readonly branch: string;
}) => Promise<boolean>;

/** What a delivery leads to. */
export interface Plan {
  readonly outcome: ReasonCode;
  readonly deployments: readonly PlannedDeployment[];
  /** A command, whose conversation goes on from here. */
  readonly command?: NewCommand;
  /** Everything open that the repository deploys to these workspaces is withdrawn. */
  readonly withdraw?: { readonly by: string; readonly workspaces: readonly RepositoryWorkspace[] };
  /** Check runs about the configuration file; what was said already isn't said again. */
  readonly configurationRuns?: readonly NewConfigurationRun[];
  /** Ids of check runs about the configuration file that are written once more. */
  readonly rewrittenRuns?: readonly string[];
  /** Deployments whose check runs were re-run, and what came of it. */
  readonly reruns?: readonly NotedRerun[];
}

export interface NotedRerun {
  /** Changes nothing unless it is this repository's. */
  readonly deploymentId: string;
  readonly repositoryId: number;
  readonly rerun: Rerun;
  /** What is stored of the deployment if this database doesn't know it; null when its check run tells too little. */
  readonly lost: LostRun | null;
}

/** A concluded deployment of an earlier, lost database, as its check run describes it. */
export interface LostRun {
  readonly planned: PlannedDeployment;
  readonly ended: Pick<Deployment, 'checkRunId' | 'checkRunUrl' | 'jobId' | 'concludedAt'>;
}

/** A push as it was planned for a workspace. */
export interface PlannedPush {
  /** The branch's head before the push; null for a new branch. */
  readonly before: string | null;
  readonly pushedAt: number;
}

/** What planning compares a push with. */
export interface PlanHistory extends TreeDigestStore {
  /** The push that ended at a commit, as it was planned for the workspace. */
  findPlannedPush(workspace: RepositoryWorkspace, sha: string): Promise<PlannedPush | null>;
  /**
   * The repository's first push to the workspace's branch that may have changed something and came to no start, if it is
   * older than `pushedAt` (epoch milliseconds).
   */
  findFirstPending(
    workspace: RepositoryWorkspace,
    pushedAt: number,
  ): Promise<{ readonly before: string | null } | null>;
  /** Deployments of a workspace from one sender's pushes received since then that started or may still start alone. */
  countStarted(workspace: WorkspaceKey, requestedBy: string, since: number): Promise<number>;
}

export interface PlanStore {
  /**
   * Stores a delivery's outcome and all that it leads to in one transaction, and concludes the deployments that a newer
   * one of their workspace replaces. Returns every deployment that it changed. Doing it again changes nothing.
   */
  commitPlan(plan: Plan & { deliveryId: string; now: number }): Promise<Deployment[]>;
}

export interface AdoptionStore {
  /** Takes over a check run that an earlier, lost database left open. False when its deployment is known here. */
  adopt(planned: PlannedDeployment, found: AdoptedState): Promise<boolean>;
}

/** What a check run that is taken over says about its deployment. */
export type AdoptedState = Pick<
  Deployment,
  | 'state'
  | 'checkRunId'
  | 'checkRunUrl'
  | 'startSince'
  | 'attemptedAt'
  | 'attemptOutcome'
  | 'knownJobIds'
  | 'jobId'
  | 'acceptedAt'
>;
