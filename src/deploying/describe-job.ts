import type { Deployment, DeploymentState, JobProgress } from '../domain/deployment.ts';
import { type Job, jobPhase } from '../domain/job.ts';

/** What two clocks that count as the same may differ by (milliseconds). */
const TOLERANCE_MS = 2_000;

export type JobFacts = JobProgress & { readonly state: DeploymentState };

/**
 * The job as the deployment shows it. A time that Meltano Cloud doesn't give, or that can't be (its clock is wrong), is
 * when it was first seen here.
 */
export function describeJob(deployment: Deployment, job: Job, now: number): JobFacts {
  const phase = jobPhase(job.status);
  const asked = firstAsked(deployment);
  // What was seen running had begun by then.
  const seenAt = deployment.state === 'running' ? (deployment.jobStartedAt ?? now) : now;
  const startedAt =
    takeBetween(asked, job.startTime, seenAt) ??
    deployment.jobStartedAt ??
    (phase === 'running' ? now : null);
  return {
    state: phase === 'queued' ? 'queued' : 'running',
    jobStatus: job.status,
    jobStartedAt: startedAt,
    jobEndedAt: phase === 'ended' ? (takeBetween(startedAt ?? asked, job.endTime, now) ?? now) : null,
    deployedSha: job.commitId ?? deployment.deployedSha,
  };
}

/** The app asked for no job of the deployment before this time. Something else asked for an adopted job. */
function firstAsked({ adopted, startSince, attemptedAt }: Deployment): number {
  if (adopted) return Number.NEGATIVE_INFINITY;
  const times = [startSince, attemptedAt].filter((time) => time !== null);
  return times.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...times);
}

function takeBetween(from: number, time: number | null, to: number): number | null {
  if (time === null || time < from - TOLERANCE_MS || time > to + TOLERANCE_MS) return null;
  return time;
}
