import type { Deployment } from '../domain/deployment.ts';
import { DEPLOY_JOB_TYPE, type Job, jobPhase } from '../domain/job.ts';
import { tookCommitBefore } from './find-foreign-job.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** Whether a deployment job that isn't over is listed. */
export function isBusy(jobs: readonly Job[]): boolean {
  return jobs.some((job) => job.type === DEPLOY_JOB_TYPE && jobPhase(job.status) !== 'ended');
}

/**
 * The oldest deployment job that is newer than all that were known before the attempt and that no deployment has yet:
 * a newer one is more likely somebody else's. `listed` is newest first.
 */
export async function pickJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const known = new Set(deployment.knownJobIds);
  const firstKnown = listed.findIndex((job) => known.has(job.id));
  const fresh = (firstKnown < 0 ? listed : listed.slice(0, firstKnown)).filter(
    (job) => job.type === DEPLOY_JOB_TYPE && !tookCommitBefore(deployment, job),
  );
  const ids = fresh.map((job) => job.id);
  const taken = await context.store.listTakenJobs(deployment, ids);
  return fresh.findLast((job) => !taken.has(job.id)) ?? null;
}
