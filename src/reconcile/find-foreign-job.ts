import type { Deployment } from '../domain/deployment.ts';
import { DEPLOY_JOB_TYPE, type Job, jobPhase } from '../domain/job.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** Clocks that differ by less count as the same (milliseconds). */
const TOLERANCE_MS = 2_000;

/**
 * The job that something else, such as a repository webhook, started for the push of this deployment: made since the push,
 * not there at the last look before it, and no deployment's yet. The oldest of several: a job deploys the branch's head, so
 * each of them has the push. Null for what a person asked for: that is to be a job of its own. `listed` is newest first.
 */
export async function findForeignJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const { cause, pushedAt } = deployment;
  if (cause !== 'push' || !context.accounts.byKey(deployment.account)?.adoptsJobs) return null;
  const sincePush = listed.filter((job) => job.type === DEPLOY_JOB_TYPE && hasPush(deployment, job));
  if (sincePush.length === 0) return null;
  const ids = sincePush.map((job) => job.id);
  const [seen, taken] = await Promise.all([
    // What was seen since the push, at a try of another deployment, may well be this one's.
    context.store.listKnownJobs(deployment, pushedAt),
    context.store.listTakenJobs(deployment, ids),
  ]);
  return sincePush.findLast(({ id }) => !seen.has(id) && !taken.has(id)) ?? null;
}

/** Whether the job deployed what the branch was before the push: it was made for something else. */
export function tookCommitBefore(
  { before }: Pick<Deployment, 'before'>,
  { commitId }: Pick<Job, 'commitId'>,
): boolean {
  if (before === null || commitId === null || commitId === '') return false;
  return before.startsWith(commitId) || commitId.startsWith(before);
}

/**
 * Whether a job deploys the push, or what is newer. By a clock that is a little behind it may seem to be from before
 * the push: then that it hasn't begun tells so (a job takes the branch's head when it begins), or its commit.
 */
function hasPush(deployment: Deployment, job: Job): boolean {
  const { pushedAt, sha } = deployment;
  const { created, commitId, status } = job;
  if (created === null || tookCommitBefore(deployment, job)) return false;
  // GitHub tells whole seconds, rounded down: what was made in the same second counts.
  if (created >= pushedAt) return true;
  return created >= pushedAt - TOLERANCE_MS && (commitId === sha || jobPhase(status) === 'queued');
}
