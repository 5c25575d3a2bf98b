import type { Gate, Hold } from './gate.ts';
import type { JobAttempts } from './job-attempts.ts';
import type { FailedBefore, PipelinesAfter } from './judge-pipelines.ts';
import type { LogSetting } from './log-setting.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { RepositoryWorkspace } from './workspace.ts';

/**
 * `waiting`: no start was attempted, so a newer deployment may replace this one. `starting`: a start was attempted, and its
 * outcome is open. `queued` and `running`: the app watches the job. `settling`: the job is complete, and the app looks at the
 * pipelines; the next deployment doesn't wait for that. `concluded`: the deployment is over.
 */
export type DeploymentState = 'waiting' | 'starting' | 'queued' | 'running' | 'settling' | 'concluded';

/** The conclusions of the app's check runs. */
export const CONCLUSIONS = [
  'success',
  'failure',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
] as const;

/** The check run's conclusion. `none` means that the workspace isn't deployed and gets no check run. */
export type Conclusion = (typeof CONCLUSIONS)[number] | 'none';

/** What requested a deployment. */
export type Cause = 'push' | 'command' | 'button' | 'rerun';

/**
 * The result of a re-run: the new deployment, or a refusal. `why` is a clause in the app's own words; `problem` is text from
 * another service.
 */
export type Rerun =
  | { readonly kind: 'redeployed'; readonly by: string; readonly deploymentId: string }
  | {
      readonly kind: 'refused';
      readonly by: string;
      readonly why: string;
      readonly problem?: string;
      /** Set if the person pressed Deploy to approve. */
      readonly asked?: 'approval';
    };

/** A file at a commit. */
export interface FileAtCommit {
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly sha: string;
}

/** A digest of the files in a commit's tree that pass a filter. */
export interface TreeDigest {
  readonly kind: 'digest';
  readonly commit: string;
  /** Identifies the filter. */
  readonly filter: string;
  /** Covers the path, mode, type and sha of each entry that passes. */
  readonly digest: string;
}

/** The fields of a deployment from its workspace, repository and delivery. */
export interface DeploymentSubject extends RepositoryWorkspace {
  readonly id: string;
  readonly workspaceName: string;
  readonly environment: string | null;
  /** From the repository's configuration; null if the repository's visibility decides. */
  readonly log: LogSetting;
  /** The invalid configuration file, if the last valid one decided about the deployment. */
  readonly badFile: FileAtCommit | null;
  readonly directory: string | null;
  readonly installationId: number;
  readonly deliveryId: string;
  /** The check run's name, which is fixed at planning to find the run again. */
  readonly checkName: string;
  readonly receivedAt: number;
  /** In the order in which the deployment has to pass them. */
  readonly gates: readonly Gate[];
  /** The person who lets the deployment pass even if gates are closed. */
  readonly forcedBy: string | null;
  /** What the waiting deployment waits for at a gate; null if at none. */
  readonly hold: Hold | null;
}

/** The decision about one workspace. */
export interface Decision {
  readonly reason: ReasonCode;
  /** Null: to be deployed. `none`: not deployed, without a check run. Otherwise the check run ends so at once. */
  readonly conclusion: Conclusion | null;
  /** Text for a person: the current problem while retrying, or the cause of the end. */
  readonly problem: string | null;
  /** The digest of the workspace's files in the requested or deployed commit; null if it was not computed. */
  readonly treeDigest: TreeDigest | null;
}

/** The fields that planning sets. The others start empty. */
export interface PlannedDeployment extends DeploymentSubject, Decision {
  readonly branch: string;
  /** The requested commit. */
  readonly sha: string;
  /** The branch's head before the push; null for a new branch. */
  readonly before: string | null;
  readonly requestedBy: string;
  readonly requestedByBot: boolean;
  readonly cause: Cause;
  /** The deployment whose check run was re-run. */
  readonly redeployOf: string | null;
  /** GitHub's time of the push, which orders the deployments of a workspace (second resolution). */
  readonly pushedAt: number;
}

/** How far the check run is behind its subject. */
export interface ReportProgress {
  /** Incremented by each visible change. A report is due while this is greater than `reportedRevision`. */
  readonly revision: number;
  readonly reportedRevision: number;
  readonly checkRunId: number | null;
  readonly checkRunUrl: string | null;
  /** When the check run was first created. If set without an id, look for the run before creating it again. */
  readonly checkRunAttemptedAt: number | null;
}

/** The job's state on Meltano Cloud. */
export interface JobProgress {
  /** Meltano Cloud's name of the status. */
  readonly jobStatus: string | null;
  readonly jobStartedAt: number | null;
  readonly jobEndedAt: number | null;
  /** The commit that the job deployed, which may differ from the requested one. */
  readonly deployedSha: string | null;
}

/** The failed job of a deployment that is tried again. */
export interface FirstTry extends JobProgress {
  readonly jobId: string;
  readonly acceptedAt: number;
  /** The code of its known error. */
  readonly error: string;
}

/** The workspace's pipelines, before and after the job. */
interface PipelineProgress {
  /** The pipelines that were FAILED before the start; null if unknown. */
  readonly failedBefore: readonly FailedBefore[] | null;
  /** When the job was seen complete. */
  readonly settlingSince: number | null;
  /** When the job began and ended by Meltano Cloud's clock, to compare them with times of pipelines and their jobs. */
  readonly serviceStartTime: number | null;
  readonly serviceEndTime: number | null;
  /** The last look at the pipelines after the job; null if there was none. */
  readonly pipelines: PipelinesAfter | null;
}

/** The deployment of one workspace for a push, command or re-run. All times are epoch milliseconds. */
export interface Deployment extends PlannedDeployment, JobProgress, PipelineProgress, ReportProgress {
  /** The result of the last re-run of this check run. */
  readonly rerun: Rerun | null;
  /** The person and the delivery that requested a cancellation. A queued job is stopped once it runs. */
  readonly withdrawnBy: string | null;
  readonly withdrawDeliveryId: string | null;

  readonly state: DeploymentState;
  readonly concludedAt: number | null;
  readonly supersededBy: string | null;

  /** The commit that the gates were last judged for, if it wasn't the requested one: the head of the branch had moved. */
  readonly gateSha: string | null;
  /** Set if the job deployed a commit whose gates weren't open: a clause about that commit. */
  readonly ungated: string | null;
  /** Until when the gate that ended the deployment is watched: if it opens, another deployment follows. */
  readonly armedUntil: number | null;
  /** When the deployment first had to wait at a gate. */
  readonly heldSince: number | null;
  /** When work on the start began, after all gates. START_TIMEOUT_MINUTES counts from here. */
  readonly startSince: number | null;
  /** When the last start request was sent, or a job was adopted; null before that. */
  readonly attemptedAt: number | null;
  /** The job ids on the newest page of the workspace's list before the last attempt, or when a job was adopted. */
  readonly knownJobIds: readonly string[];
  /**
   * `open`: no answer yet, or the process died. `lost`: a job may exist. `unreadable`: 2xx without a job. `refused`: no job
   * exists. `busy`: no job exists, because another deployment runs on Meltano Cloud.
   */
  readonly attemptOutcome: 'open' | 'lost' | 'unreadable' | 'refused' | 'busy' | null;
  /** The time of the first 409 while the list contained no deployment job. */
  readonly conflictSince: number | null;
  /** The number of failures of the current step in a row, which determines the retry delay. */
  readonly failures: number;
  /** The earliest time of the next attempt. */
  readonly retryAt: number | null;

  readonly jobId: string | null;
  /** Null for a job that is tried once. */
  readonly attempts: JobAttempts | null;
  /** Set while a second job is started, and once it was. The job of this deployment is the second one. */
  readonly firstTry: FirstTry | null;
  /** True if something else started the job for the same push. */
  readonly adopted: boolean;
  readonly acceptedAt: number | null;
}

/** For a delivery without an installation. Planning then uses the repository's stored installation. */
export const UNKNOWN_INSTALLATION = 0;

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

/** A repository as GitHub last described it. */
export interface Repository extends RepositoryName {
  readonly id: number;
  readonly installationId: number;
  readonly ownerId: number;
  readonly private: boolean;
  readonly defaultBranch: string;
}

/** True if the check run is up to date. */
export function isReported({ revision, reportedRevision }: ReportProgress): boolean {
  return reportedRevision >= revision;
}

/** True if a second check run may exist: the answer to a create was lost, and the app created it again. */
export function mayBeTwice({ checkRunId, checkRunAttemptedAt }: ReportProgress): boolean {
  return checkRunId !== null && checkRunAttemptedAt !== null;
}
