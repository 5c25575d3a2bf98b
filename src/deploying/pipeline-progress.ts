import type { Clock } from '../domain/clock.ts';
import { type Job, jobPhase } from '../domain/job.ts';
import { countAsRunning, nextAttemptLeft, noteAttempt } from '../domain/job-attempts.ts';
import type { PipelineOutcome, PipelineWatch, WatchedPipeline } from '../domain/pipeline-watch.ts';

const OUTCOMES: Readonly<Record<string, PipelineOutcome>> = {
  COMPLETE: 'succeeded',
  ERROR: 'failed',
  STOPPED: 'stopped',
};

/** The pipeline with its job's present state. */
export function noteJob(pipeline: WatchedPipeline, read: Job, clock: Clock): WatchedPipeline {
  const now = clock.now();
  const attempts = noteAttempt(pipeline.attempts, read, now);
  const job = nextAttemptLeft(clock, attempts) > 0 ? countAsRunning(read) : read;
  const phase = jobPhase(job.status);
  const startedAt = pipeline.startedAt ?? (phase === 'queued' ? null : Math.min(now, job.startTime ?? now));
  const end = Math.max(startedAt ?? 0, Math.min(now, job.endTime ?? now));
  return {
    ...pipeline,
    jobId: job.id,
    jobStatus: job.status,
    startedAt,
    attempts,
    endedAt: phase === 'ended' ? end : null,
    outcome: OUTCOMES[job.status] ?? null,
    problem: null,
  };
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
