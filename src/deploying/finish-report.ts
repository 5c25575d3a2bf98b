import { type Deployment, isReported } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import { judgeRead } from '../domain/judge-failure.ts';
import { chooseLogMode } from '../domain/repository-configuration.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

/** How long the last report waits for a log that can't be read (milliseconds). */
const LOG_PATIENCE_MS = 15_000;

/** Reasons without a readable log: the job was deleted, or the credentials may not read it. */
const NO_LOG = new Set(['job_deleted', 'watch_refused']);

/**
 * Returns a handler that reads a concluded deployment's whole log and then sends its last report. The key is the
 * deployment's id; the result is the delay until the next try (milliseconds), or null when done. After a restart this reads
 * the log again.
 */
export function createReportFinisher(
  context: ReconcileContext,
  reports: DeploymentReader,
): (deploymentId: string) => Promise<number | null> {
  const failures = new Map<string, number>();

  return async (deploymentId) => {
    const deployment = await reports.getDeployment(deploymentId);
    if (!deployment || isReported(deployment)) return null;
    // An open deployment comes here when its repository was made public: it is reported again without its log.
    const delay = deployment.state === 'concluded' ? await readLog(deployment) : null;
    if (delay !== null) return delay;
    failures.delete(deploymentId);
    context.reporter.changed(deployment);
    return null;
  };

  async function readLog(deployment: Deployment): Promise<number | null> {
    const { jobId } = deployment;
    const api = context.accounts.byKey(deployment.account)?.api;
    const repository = await context.repositories.getRepository(deployment.repositoryId);
    if (!jobId || !api || !repository || NO_LOG.has(deployment.reason)) return null;
    if (chooseLogMode(deployment, repository.private) === 'none') return null;
    const read = await context.logs.readWhole(deployment, jobId, api).catch((error: unknown) => {
      context.log.error({ ...logFields(deployment), err: error }, 'The log could not be processed');
      return null;
    });
    // A failure of the app's own code must not delay the conclusion.
    if (read === null || read.ok) return null;
    const verdict = judgeRead(read.failure);
    const waited = ageOf(context.clock, deployment.concludedAt ?? 0);
    if (verdict.kind !== 'retry' || waited >= LOG_PATIENCE_MS) {
      const problem = describeFailure(read.failure);
      context.log.warn({ ...logFields(deployment), problem }, 'The log could not be read to its end');
      return null;
    }
    const failed = (failures.get(deployment.id) ?? 0) + 1;
    failures.set(deployment.id, failed);
    const delay = chooseRetryDelay(failed, verdict.retryAfterMs, context.random());
    return Math.min(delay, LOG_PATIENCE_MS - waited);
  }
}
