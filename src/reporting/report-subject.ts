import { type CommitRun, type CommitRunReader, isCommitRunId } from '../domain/commit-run.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import {
  choosePipelineShown,
  formatLogKey,
  isPipelineWatchId,
  type PipelineWatch,
  type PipelineWatchReader,
  type WatchedPipeline,
} from '../domain/pipeline-watch.ts';

/** What a check run shows. */
export type ReportSubject = Deployment | CommitRun | PipelineWatch;

export type SubjectReader = DeploymentReader & CommitRunReader & PipelineWatchReader;

export function readSubject(store: SubjectReader, id: string): Promise<ReportSubject | null> {
  if (isCommitRunId(id)) return store.getCommitRun(id);
  return isPipelineWatchId(id) ? store.getPipelineWatch(id) : store.getDeployment(id);
}

export function isPipelineWatch(of: ReportSubject): of is PipelineWatch {
  return 'purpose' in of;
}

export function isDeployment(of: ReportSubject): of is Deployment {
  return !('verdict' in of) && !isPipelineWatch(of);
}

export interface ShownLog {
  /** The log's id in memory. */
  readonly id: string;
  readonly jobId: string;
  /** The attempt of a retried job. */
  readonly attempt: number | null;
}

/** The log that a check run shows; null without a job. */
export function findShownLog(of: Deployment | PipelineWatch): ShownLog | null {
  if (!isPipelineWatch(of)) {
    const { id, jobId, attempts } = of;
    return jobId === null ? null : { id, jobId, attempt: attempts?.current ?? null };
  }
  const shown = choosePipelineShown(of.pipelines);
  return shown && toShownLog(of, shown);
}

/** The id in memory of the log of a deployment's first try. */
export function formatFirstLogId({ id }: Deployment): string {
  return `${id} first`;
}

/** The log of a deployment's first try, which is shown at the end. */
export function findFirstLog(deployment: Deployment): ShownLog | null {
  const { firstTry } = deployment;
  return firstTry && { id: formatFirstLogId(deployment), jobId: firstTry.jobId, attempt: null };
}

/** Null without a job. */
export function toShownLog(of: PipelineWatch, { jobId, attempts }: WatchedPipeline): ShownLog | null {
  return jobId === null ? null : { id: formatLogKey(of, jobId), jobId, attempt: attempts?.current ?? null };
}
