import type { NewApproval } from '../domain/approval.ts';
import type { LeftComparison, NewCommitRun } from '../domain/commit-run.ts';
import type { NewCommand, PermissionLevel } from '../domain/conversation.ts';
import type { Deployment, DeploymentState, PlannedDeployment, Rerun } from '../domain/deployment.ts';
import type { Lock } from '../domain/lock.ts';
import type { DescribeNotices } from '../domain/notification.ts';
import type { NewPipelineWatch } from '../domain/pipeline-watch.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { RequiredVerdict, WouldDecide } from '../domain/required-check.ts';
import type { RepositoryWorkspace, WorkspaceKey } from '../domain/workspace.ts';
import type { OpenedGitHubDeployment } from '../reporting/github-deployment.ts';
import type { TreeDigestStore } from './changed-paths.ts';

export type NewId = () => string;

/** True if a deployment would be started with the last push to its branch, and no push is stored. */
export type LacksPush = (start: {
  readonly account: string;
  readonly workspaceId: string;
  readonly repositoryId: number;
  readonly branch: string;
}) => Promise<boolean>;

/** The result of planning a delivery. */
export interface Plan {
  readonly outcome: ReasonCode;
  readonly deployments: readonly PlannedDeployment[];
  /** GitHub Deployments of workspaces that the push leaves as they are. */
  readonly unchanged?: readonly OpenedGitHubDeployment[];
  /** Whether the repository wants the required check; missing: unknown. */
  readonly gate?: boolean;
  /** True: a pull request with the same head, whose event may come a moment later, can fail the required check. */
  readonly awaitsPull?: boolean;
  /** How the push of a merge queue would be decided on its base. */
  readonly would?: readonly WouldDecide[];
  /** The permission of the person with the request, if it was read. */
  readonly role?: PermissionLevel;
  /** A command to be answered. */
  readonly command?: NewCommand;
  /** Withdraws the repository's open deployments of these workspaces. */
  readonly withdraw?: { readonly by: string; readonly workspaces: readonly RepositoryWorkspace[] };
  /** The pipeline jobs that a command requests. */
  readonly pipelineWatch?: NewPipelineWatch;
  /** The locks of the repository from now on. */
  readonly locks?: NewLocks;
  readonly approvals?: readonly NewApproval[];
  /** The workspaces whose waiting deployments are judged again. */
  readonly wake?: readonly WorkspaceKey[];
  /** Check runs about the commit; a repeated one changes nothing. */
  readonly commitRuns?: readonly NewCommitRun[];
  /** Comparisons that check runs about commits drop. */
  readonly leftComparisons?: readonly LeftComparison[];
  /** Ids of check runs about commits that are written again. */
  readonly rewrittenRuns?: readonly string[];
  /** Deployments whose check runs were re-run, and the results. */
  readonly reruns?: readonly NotedRerun[];
  /** Jobs of pipelines whose check run was re-run, and the result. Ignored for those of another repository. */
  readonly rerunWatch?: { readonly id: string; readonly repositoryId: number; readonly rerun: Rerun };
}

/** All locks of a repository, in place of those before. */
export interface NewLocks {
  readonly repositoryId: number;
  readonly locks: readonly Lock[];
}

export interface NotedRerun {
  /** Ignored if the deployment belongs to another repository. */
  readonly deploymentId: string;
  readonly repositoryId: number;
  readonly rerun: Rerun;
  /** Stored if this database doesn't know the deployment; null if its check run has too few facts. */
  readonly lost: LostRun | null;
}

/** A concluded deployment of an earlier, lost database, as its check run describes it. */
export interface LostRun {
  readonly planned: PlannedDeployment;
  readonly ended: EndedState;
}

interface EndedState {
  readonly checkRunId: number | null;
  readonly checkRunUrl: string | null;
  readonly jobId: string | null;
  readonly concludedAt: number | null;
}

/** A push as it was planned for a workspace. */
interface PlannedPush {
  /** The branch's head before the push; null for a new branch. */
  readonly before: string | null;
  readonly pushedAt: number;
}

interface UndeployedPushes {
  /** GitHub logins, each once. */
  readonly pushers: readonly string[];
  /** The oldest of these pushes; null if there is none. */
  readonly first: { readonly before: string | null } | null;
}

/** What a deployment would add. */
export interface UndeployedHistory {
  /** The commit that the last successful deployment (but `except`) left on Meltano Cloud; null if there was none. */
  findLastDeployed(workspace: RepositoryWorkspace, except?: string): Promise<string | null>;
  /** The pushes to the workspace's branch since the last successful deployment. */
  readUndeployed(workspace: RepositoryWorkspace & { readonly branch: string }): Promise<UndeployedPushes>;
}

/** The earlier pushes and deployments that planning compares a push with. */
export interface PlanHistory extends TreeDigestStore, UndeployedHistory {
  /** The push that ended at a commit, as it was planned for the workspace. */
  findPlannedPush(workspace: RepositoryWorkspace, sha: string): Promise<PlannedPush | null>;
  /**
   * The first push to the workspace's branch, before `pushedAt` (epoch milliseconds), that may have changed something but
   * was never started.
   */
  findFirstPending(
    workspace: RepositoryWorkspace,
    pushedAt: number,
  ): Promise<{ readonly before: string | null } | null>;
  /** Counts the deployments of one sender's pushes since a time (epoch milliseconds) that started or may still start. */
  countStarted(workspace: WorkspaceKey, requestedBy: string, since: number): Promise<number>;
}

/** Check runs about commits that are planned before the rest of a delivery. */
export type PlannedChecks = Required<Pick<Plan, 'commitRuns' | 'leftComparisons'>>;

export interface PlanStore {
  /** Stores check runs about commits in one transaction. A repetition changes nothing. */
  commitChecks(checks: PlannedChecks): Promise<void>;
  /**
   * Stores the plan of a delivery in one transaction, and concludes deployments that a newer one of their workspace
   * replaces. Returns the changed deployments. A repetition changes nothing. `describe` names what to tell of a new
   * deployment, which is stored in the same transaction.
   */
  commitPlan(
    plan: Plan & { deliveryId: string; now: number },
    describe?: DescribeNotices,
  ): Promise<Deployment[]>;
}

export interface AdoptionStore {
  /** Stores a required check that an earlier, lost database left open. It is looked for before it is written. */
  adoptRequiredCheck(run: NewCommitRun, known: Pick<RequiredVerdict, 'run' | 'lost'>): Promise<void>;
  /**
   * Takes over a check run that an earlier, lost database left open, with the check of its project that it waits for.
   * Returns false if its deployment is stored here.
   */
  adopt(
    planned: PlannedDeployment,
    found: AdoptedState,
    commitRuns: readonly NewCommitRun[],
  ): Promise<boolean>;
}

/** The state of a deployment, as read from the check run that is taken over. */
export interface AdoptedState {
  readonly state: DeploymentState;
  readonly checkRunId: number | null;
  readonly checkRunUrl: string | null;
  readonly startSince: number | null;
  readonly attemptedAt: number | null;
  readonly attemptOutcome: Deployment['attemptOutcome'];
  readonly knownJobIds: readonly string[];
  readonly jobId: string | null;
  readonly acceptedAt: number | null;
}
