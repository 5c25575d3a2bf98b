import type { Deployment, DeploymentState, JobProgress } from '../domain/deployment.ts';
import { type Job, jobPhase } from '../domain/job.ts';

/** Clocks that differ by less count as the same. */
const TOLERANCE_MS = 2_000;

export type JobFacts = JobProgress & { readonly state: DeploymentState };

/**
 * Derives the deployment's fields from its job. Replaces a time that is missing or impossible (Meltano Cloud's clock may be
 * wrong) by the time when this app first saw it.
 */
export function describeJob(deployment: Deployment, job: Job, now: number): JobFacts {
  const phase = jobPhase(job.status);
  const requestedAt = findRequestTime(deployment);
  // A job that was seen running had begun by then.
  const seenAt = deployment.state === 'running' ? (deployment.jobStartedAt ?? now) : now;
  const startedAt =
    keepIfBetween(requestedAt, job.startTime, seenAt) ??
    deployment.jobStartedAt ??
    (phase === 'running' ? now : null);
  return {
    state: phase === 'queued' ? 'queued' : 'running',
    jobStatus: job.status,
    jobStartedAt: startedAt,
    jobEndedAt: phase === 'ended' ? (keepIfBetween(startedAt ?? requestedAt, job.endTime, now) ?? now) : null,
    deployedSha: job.commitId ?? deployment.deployedSha,
  };
}

/** The earliest time at which the app may have requested the job. It didn't request an adopted one. */
function findRequestTime({ adopted, startSince, attemptedAt }: Deployment): number {
  if (adopted) return Number.NEGATIVE_INFINITY;
  const times = [startSince, attemptedAt].filter((time) => time !== null);
  return times.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...times);
}

function keepIfBetween(from: number, time: number | null, to: number): number | null {
  if (time === null || time < from - TOLERANCE_MS || time > to + TOLERANCE_MS) return null;
  return time;
}
