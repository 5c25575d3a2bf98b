import { type Deployment, isReported } from '../domain/deployment.ts';
import { judgeRead } from '../domain/judge-failure.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { PipelineWatch } from '../domain/pipeline-watch.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf } from '../domain/stored-times.ts';
import { formatVerificationLogId, readVerification } from '../domain/verification.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import {
  findFirstLog,
  findShownLog,
  isPipelineWatch,
  readSubject,
  type ShownLog,
  type SubjectReader,
  toShownLog,
} from '../reporting/report-subject.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

/** How long the last report waits for a log that can't be read. */
const LOG_PATIENCE_MS = 15_000;
/** How many failed runs of one check run have their logs read. */
const MOST_FAILED_LOGS = 5;

/** Reasons without a readable log: the job was deleted, or the credentials may not read it. */
const NO_LOG = new Set(['job_deleted', 'watch_refused']);

/**
 * Returns a handler that reads a concluded job's whole log, and then sends the last report. The key is the id of a
 * deployment or a watch; the result is the delay until the next try (milliseconds), or null when done. After a restart this
 * reads the log again.
 */
export function createReportFinisher(
  context: ReconcileContext,
  reports: SubjectReader,
): (id: string) => Promise<number | null> {
  const failures = new Map<string, number>();

  return async (id) => {
    const of = await readSubject(reports, id);
    if (!of || 'verdict' in of || isReported(of)) return null;
    // An open one comes here when its repository was made public: it is reported again without its log.
    const delay = of.state === 'concluded' ? await readLogs(of) : null;
    if (delay !== null) return delay;
    failures.delete(id);
    if (isPipelineWatch(of)) context.reporter.pipelinesChanged(of);
    else context.reporter.changed(of);
    return null;
  };

  async function readLogs(of: Deployment | PipelineWatch): Promise<number | null> {
    const repository = await context.repositories.getRepository(of.repositoryId);
    if (!repository || chooseLogMode(of, repository.private) === 'none') return null;
    const verification = isPipelineWatch(of) ? null : await findVerificationLog(of, repository.private);
    for (const shown of [...listLogs(of), ...(verification ? [verification] : [])]) {
      const delay = await readLog(of, shown);
      if (delay !== null) return delay;
    }
    return null;
  }

  /** The log of the first verification that failed. Nothing of it is shown on public repositories. */
  async function findVerificationLog(deployment: Deployment, isPrivate: boolean): Promise<ShownLog | null> {
    const watch = isPrivate ? await readVerification(deployment, reports) : null;
    const failed = watch?.pipelines.find(({ outcome }) => outcome === 'failed');
    if (!failed?.jobId) return null;
    return { id: formatVerificationLogId(deployment), jobId: failed.jobId, attempt: null };
  }

  async function readLog(of: Deployment | PipelineWatch, shown: ShownLog): Promise<number | null> {
    const api = context.accounts.byKey(of.account)?.api;
    if (!api) return null;
    const fields = isPipelineWatch(of) ? { watch: of.id, job: shown.jobId } : logFields(of);
    const read = await context.logs.readWhole(shown, shown.jobId, api).catch((error: unknown) => {
      context.log.error({ ...fields, err: error }, 'The log could not be processed');
      return null;
    });
    // A failure of the app's own code must not delay the conclusion.
    if (read === null || read.ok) return null;
    const verdict = judgeRead(read.failure);
    const waited = ageOf(context.clock, of.concludedAt ?? 0);
    if (verdict.kind !== 'retry' || waited >= LOG_PATIENCE_MS) {
      const problem = describeFailure(read.failure);
      context.log.warn({ ...fields, problem }, 'The log could not be read to its end');
      return null;
    }
    const failed = (failures.get(of.id) ?? 0) + 1;
    failures.set(of.id, failed);
    const delay = chooseRetryDelay(failed, verdict.retryAfterMs, context.random());
    return Math.min(delay, LOG_PATIENCE_MS - waited);
  }
}

/** The logs that the last report shows, or whose errors it names. */
function listLogs(of: Deployment | PipelineWatch): readonly ShownLog[] {
  const shown = findShownLog(of);
  if (!isPipelineWatch(of)) {
    const first = findFirstLog(of);
    const last = NO_LOG.has(of.reason) ? null : shown;
    return [first ?? [], last ?? []].flat();
  }
  if (of.ending === 'refused') return [];
  const failed = of.pipelines
    .filter(({ outcome }) => outcome === 'failed')
    .slice(0, MOST_FAILED_LOGS)
    .flatMap((one) => toShownLog(of, one) ?? []);
  const isAmong = failed.some(({ id }) => id === shown?.id);
  return shown && !isAmong ? [shown, ...failed] : failed;
}
