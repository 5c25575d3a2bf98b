import type { ReasonCode } from './reason-codes.ts';
import type { LogMode } from './repository-configuration.ts';
import type { RepositoryWorkspace } from './workspace-key.ts';

/**
 * `waiting`: no start was attempted, so a newer deployment may replace it. `starting`: a start was attempted and
 * its outcome is open. `queued` and `running`: the job is known and watched. `concluded`: nothing more happens.
 */
export type DeploymentState = 'waiting' | 'starting' | 'queued' | 'running' | 'concluded';

/** What the app's check runs end with. */
export const CONCLUSIONS = [
  'success',
  'failure',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
] as const;

/** The check run's conclusion; `none` for a workspace that was looked at and not deployed: no check run. */
export type Conclusion = (typeof CONCLUSIONS)[number] | 'none';

/** What asked for a deployment. */
export type Cause = 'push' | 'command' | 'button' | 'rerun';

/**
 * What became of a re-run: the deployment that it made, or why it made none: a clause for a person, in the app's own words,
 * and what others said of it.
 */
export type Rerun =
  | { readonly kind: 'redeployed'; readonly by: string; readonly deploymentId: string }
  | { readonly kind: 'refused'; readonly by: string; readonly why: string; readonly problem?: string };

/** A file as it is at a commit. */
export interface FileAtCommit {
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly sha: string;
}

/** What passes a filter in a commit's tree, reduced to what tells it from others. */
export interface TreeDigest {
  readonly kind: 'digest';
  readonly commit: string;
  /** Tells filters apart. */
  readonly filter: string;
  /** Of path, mode, type and sha of each entry that passes. */
  readonly digest: string;
}

/** What a deployment has from its workspace, its repository and its delivery, whatever asked for it. */
export interface DeploymentSubject extends RepositoryWorkspace {
  readonly id: string;
  readonly workspaceName: string;
  readonly environment: string | null;
  /** What the repository's configuration says about the log; null: its visibility decides. */
  readonly log: LogMode | null;
  /** The repository's configuration couldn't be used as it was: this is decided by the last good one. */
  readonly badFile: FileAtCommit | null;
  readonly directory: string | null;
  readonly installationId: number;
  readonly deliveryId: string;
  /** The check run's name, fixed at planning so that the run can be found again. */
  readonly checkName: string;
  readonly receivedAt: number;
}

/** The yes or no to one workspace. */
export interface Decision {
  readonly reason: ReasonCode;
  readonly conclusion: Conclusion | null;
  /** For a person: what is wrong now (being retried), or what ended it. */
  readonly problem: string | null;
  /** A digest of the files that count for the workspace: of the requested or the deployed commit. Null: not taken. */
  readonly treeDigest: TreeDigest | null;
}

/** What planning fixes about a deployment; the rest starts out empty. */
export interface PlannedDeployment extends DeploymentSubject, Decision {
  readonly branch: string;
  /** The commit that asked for the deployment. */
  readonly sha: string;
  /** The branch's head before the push; null for a new branch. */
  readonly before: string | null;
  readonly requestedBy: string;
  readonly requestedByBot: boolean;
  readonly cause: Cause;
  /** The deployment whose check run was re-run, by button or by GitHub's re-run. */
  readonly redeployOf: string | null;
  /** GitHub's time of the push, which orders the deployments of a workspace (second resolution). */
  readonly pushedAt: number;
}

/** How far a check run is behind what it is about. */
export interface ReportProgress {
  /** Raised by each change that a person could see; the report is due while it is ahead of `reportedRevision`. */
  readonly revision: number;
  readonly reportedRevision: number;
  readonly checkRunId: number | null;
  readonly checkRunUrl: string | null;
  /** When a create of the check run was first sent; set with no id means: look before creating again. */
  readonly checkRunAttemptedAt: number | null;
}

/** What Meltano Cloud says about the job. */
export interface JobProgress {
  /** As Meltano Cloud names it. */
  readonly jobStatus: string | null;
  readonly jobStartedAt: number | null;
  readonly jobEndedAt: number | null;
  /** The commit that the job really deployed. */
  readonly deployedSha: string | null;
}

/** One workspace's share of one push, command or re-run. All times are epoch milliseconds. */
export interface Deployment extends PlannedDeployment, JobProgress, ReportProgress {
  /** What became of the last re-run of this one's check run. */
  readonly rerun: Rerun | null;
  /** Who wants it stopped, and by which delivery; a job that can't be stopped yet is stopped as soon as it runs. */
  readonly withdrawnBy: string | null;
  readonly withdrawDeliveryId: string | null;

  readonly state: DeploymentState;
  readonly concludedAt: number | null;
  readonly supersededBy: string | null;

  /** When work on the start began; START_TIMEOUT_MINUTES counts from here. */
  readonly startSince: number | null;
  /** When the last start request went out, or a job was adopted; null before the first. */
  readonly attemptedAt: number | null;
  /** Job ids on the newest page of the workspace's list before the last attempt, or when a job was adopted. */
  readonly knownJobIds: readonly string[];
  /**
   * `open`: no answer yet (or the process died); `lost`: may have made a job; `unreadable`: 2xx without a job;
   * `refused`: made none; `busy`: made none, since another deployment runs on Meltano Cloud.
   */
  readonly attemptOutcome: 'open' | 'lost' | 'unreadable' | 'refused' | 'busy' | null;
  /** When a 409 was first answered with no deployment job listed. */
  readonly conflictSince: number | null;
  /** Failed tries in a row of the current step; drives the growing delays. */
  readonly failures: number;
  /** Not before this time is anything tried again. */
  readonly retryAt: number | null;

  readonly jobId: string | null;
  /** The job was there already: something else started it for the same push. */
  readonly adopted: boolean;
  readonly acceptedAt: number | null;
}

/** Where a delivery names no installation; planning takes the one that is known of the repository. */
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

/** Whether the check run says all that a person could see of it. */
export function isReported({ revision, reportedRevision }: ReportProgress): boolean {
  return reportedRevision >= revision;
}

/** Whether a second check run may turn up: a create was not answered, and it was created again. */
export function mayBeTwice({ checkRunId, checkRunAttemptedAt }: ReportProgress): boolean {
  return checkRunId !== null && checkRunAttemptedAt !== null;
}
