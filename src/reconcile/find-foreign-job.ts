import type { Deployment } from '../domain/deployment.ts';
import { DEPLOY_JOB_TYPE, type Job } from '../domain/job.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/**
 * The job that something else, such as a repository webhook, started for the push of this deployment: made since the push,
 * not there at the last look, and no deployment's yet. The oldest of several: a job deploys the branch's head, so each of
 * them has the push. Null for what a person asked for: that is to be a job of its own. `listed` is newest first.
 */
export async function findForeignJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<Job | null> {
  const { workspaceId, cause, pushedAt } = deployment;
  if (cause !== 'push' || !context.accounts.byKey(deployment.account)?.adoptsJobs) return null;
  // GitHub tells whole seconds, rounded down: what was made in the same second counts, unless it took the commit before.
  const sincePush = listed.filter(
    (job) =>
      job.type === DEPLOY_JOB_TYPE &&
      job.created !== null &&
      job.created >= pushedAt &&
      !tookCommitBefore(deployment, job),
  );
  if (sincePush.length === 0) return null;
  const ids = sincePush.map((job) => job.id);
  const [seen, taken] = await Promise.all([
    context.store.listKnownJobs(workspaceId),
    context.store.listTakenJobs(workspaceId, ids),
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
