import type { ReportProgress, Rerun } from './deployment.ts';
import type { JobAttempts } from './job-attempts.ts';
import type { LogSetting } from './log-setting.ts';
import type { RepositoryWorkspace } from './workspace.ts';

/**
 * `triggered`: runs that a deployment starts. `run`: a run that a person requested. `verification`: the app tests the
 * configuration of pipelines.
 */
export type WatchPurpose = 'triggered' | 'run' | 'verification';

/**
 * How the watch of one pipeline ended. `unseen`: no job was seen. `not_started`: Meltano Cloud refused the start. `unknown`:
 * the answer to the start was lost, and no job was found.
 */
export type PipelineOutcome =
  | 'succeeded'
  | 'failed'
  | 'stopped'
  | 'deleted'
  | 'unseen'
  | 'not_started'
  | 'unknown';

/** A start that the app sends. */
export interface PipelineStart {
  /** When it was sent (epoch milliseconds); null before that. */
  readonly attemptedAt: number | null;
  /** The pipeline's jobs before it was sent. */
  readonly knownJobIds: readonly string[];
  /** `open`: no answer yet, or the process died. `lost`: a job may exist. `refused`: there is none. */
  readonly outcome: 'open' | 'lost' | 'refused' | null;
}

/** One pipeline of a watch, and its job. Times are epoch milliseconds. */
export interface WatchedPipeline {
  readonly pipelineId: string;
  readonly name: string;
  /** Its file, relative to the root of the repository; null if unknown. */
  readonly file: string | null;
  readonly jobId: string | null;
  /** Meltano Cloud's name of the job's status. */
  readonly jobStatus: string | null;
  /** Null for a job that is tried once. */
  readonly attempts: JobAttempts | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Null while it is watched. */
  readonly outcome: PipelineOutcome | null;
  /** Text for a person: the current problem, or the cause of the outcome. */
  readonly problem: string | null;
  /** Null if something else starts the job. */
  readonly start: PipelineStart | null;
}

/** Why a watch ended. */
export type WatchEnding =
  /** Each pipeline has an outcome. */
  | 'complete'
  /** A newer deployment of the workspace started. */
  | 'superseded'
  | 'timed_out'
  /** Meltano Cloud refuses the credentials, or there are none any more. */
  | 'refused';

export interface NewPipelineWatch extends RepositoryWorkspace {
  /** From `formatWatchId`. */
  readonly id: string;
  readonly purpose: WatchPurpose;
  readonly installationId: number;
  readonly workspaceName: string;
  readonly directory: string | null;
  readonly log: LogSetting;
  /** Null: it has no check run of its own. */
  readonly checkName: string | null;
  readonly sha: string;
  /** The deployment whose runs or verifications are watched. */
  readonly deploymentId: string | null;
  /** The command that requested it. */
  readonly deliveryId: string | null;
  /** A GitHub login; empty if no person requested it. */
  readonly requestedBy: string;
  readonly pipelines: readonly WatchedPipeline[];
  readonly createdAt: number;
}

/** Jobs of a workspace's pipelines that the app watches, and perhaps starts, one at a time. They share a check run. */
export interface PipelineWatch extends NewPipelineWatch, ReportProgress {
  /** `queued`: none of the jobs was seen running. */
  readonly state: 'queued' | 'running' | 'concluded';
  readonly ending: WatchEnding | null;
  /** The newer deployment that ended the watch. */
  readonly supersededBy: string | null;
  /** The result of the last re-run of the check run. */
  readonly rerun: Rerun | null;
  readonly concludedAt: number | null;
}

type PipelineWatchChange = Partial<
  Pick<PipelineWatch, 'pipelines' | 'state' | 'ending' | 'supersededBy' | 'concludedAt'>
>;

export interface PipelineWatchReader {
  getPipelineWatch(id: string): Promise<PipelineWatch | null>;
}

export interface ReportablePipelineWatches {
  /** Watches that are open, or whose check run is outdated or may exist twice; of one installation if given. */
  listReportableWatches(installationId?: number): Promise<PipelineWatch[]>;
}

export interface PipelineWatchStore extends PipelineWatchReader, ReportablePipelineWatches {
  /** Null if it is stored already. */
  addPipelineWatch(watch: NewPipelineWatch): Promise<PipelineWatch | null>;
  /** Changes an open watch, and makes its report due. Null if it was concluded meanwhile. */
  savePipelineWatch(id: string, change: PipelineWatchChange): Promise<PipelineWatch | null>;
  /** The id of the workspace's next deployment that started a job. */
  findNextStart(deploymentId: string): Promise<string | null>;
}

const PREFIX = 'pipelines:';

/** `of`: the id of the deployment or the delivery that it is about. */
export function formatWatchId(purpose: WatchPurpose, of: string): string {
  return `${PREFIX}${purpose}:${of}`;
}

export function isPipelineWatchId(id: string): boolean {
  return id.startsWith(PREFIX);
}

export function describePipeline(
  { id: pipelineId, name }: { readonly id: string; readonly name: string },
  { file, isStarted }: { readonly file: string | null; readonly isStarted: boolean },
): WatchedPipeline {
  return {
    pipelineId,
    name,
    file,
    jobId: null,
    jobStatus: null,
    attempts: null,
    startedAt: null,
    endedAt: null,
    outcome: null,
    problem: null,
    start: isStarted ? { attemptedAt: null, knownJobIds: [], outcome: null } : null,
  };
}

/** The pipeline whose log is shown: the one that runs, else the first that failed, else the last that ended. */
export function choosePipelineShown(pipelines: readonly WatchedPipeline[]): WatchedPipeline | null {
  const withJob = pipelines.filter(({ jobId }) => jobId !== null);
  const ended = withJob.filter(({ endedAt }) => endedAt !== null);
  return (
    withJob.find(({ outcome, startedAt }) => outcome === null && startedAt !== null) ??
    withJob.find(({ outcome }) => outcome === 'failed') ??
    ended.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))[0] ??
    null
  );
}

/** The key of a job's log in memory. */
export function formatLogKey({ id }: PipelineWatch, jobId: string): string {
  return `${id} ${jobId}`;
}
