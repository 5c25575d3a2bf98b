import { type Job, jobPhase } from '../domain/job.ts';
import type { PipelineOutcome, PipelineWatch, WatchedPipeline } from '../domain/pipeline-watch.ts';

const OUTCOMES: Readonly<Record<string, PipelineOutcome>> = {
  COMPLETE: 'succeeded',
  ERROR: 'failed',
  STOPPED: 'stopped',
};

/** How long a job that failed may wait for its next attempt (milliseconds). */
const NEXT_ATTEMPT_MS = 60_000;

/** The pipeline with what its job shows now. */
export function noteJob(pipeline: WatchedPipeline, job: Job, now: number): WatchedPipeline {
  const phase = jobPhase(job.status);
  const startedAt = pipeline.startedAt ?? (phase === 'queued' ? null : Math.min(now, job.startTime ?? now));
  const seen = { ...pipeline, jobId: job.id, jobStatus: job.status, startedAt, problem: null };
  if (isBetweenAttempts(job)) {
    const failedAt = (pipeline.jobStatus === job.status ? pipeline.endedAt : null) ?? now;
    if (now - failedAt < NEXT_ATTEMPT_MS) return { ...seen, endedAt: failedAt, outcome: null };
  }
  const end = Math.max(startedAt ?? 0, Math.min(now, job.endTime ?? now));
  return { ...seen, endedAt: phase === 'ended' ? end : null, outcome: OUTCOMES[job.status] ?? null };
}

/** Whether attempts count from 0 or 1 isn't documented, so the last one may seem to have a successor. */
function isBetweenAttempts({ status, attempt, maxAttempts }: Job): boolean {
  return status === 'ERROR' && attempt !== null && maxAttempts !== null && attempt < maxAttempts;
}

export function replacePipeline(
  { pipelines }: PipelineWatch,
  changed: WatchedPipeline,
): readonly WatchedPipeline[] {
  return pipelines.map((one) => (one.pipelineId === changed.pipelineId ? changed : one));
}

/** True if the job is known and may still run. */
export function isOpen({ jobId, outcome }: WatchedPipeline): boolean {
  return jobId !== null && outcome === null;
}

/** True if no job is known yet. */
export function isAwaited({ jobId, outcome }: WatchedPipeline): boolean {
  return jobId === null && outcome === null;
}

export function isRunning(pipeline: WatchedPipeline): boolean {
  return isOpen(pipeline) && pipeline.startedAt !== null;
}
