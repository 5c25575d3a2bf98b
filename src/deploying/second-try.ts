import { isRecoveryDelivery } from '../domain/delivery.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentChange } from '../domain/deployment-store.ts';
import type { Job } from '../domain/job.ts';
import { judgeRead } from '../domain/judge-failure.ts';
import type { MeltanoApi } from '../domain/meltano.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { explainError } from '../logs/known-errors/explain-error.ts';
import type { Ending } from './conclude.ts';
import type { JobFacts } from './describe-job.ts';
import { readSettings } from './read-pipelines.ts';
import { type ReconcileContext, watchLeft } from './reconcile-context.ts';

/** How long the end of a failed job waits for its log, which decides if the deployment is tried again. */
const LOG_PATIENCE_MS = 2 * 60_000;

const NEWER_WAITS = 'a newer deployment of the workspace waits';
const UNREAD = 'the log of the job could not be read';

export type FailureVerdict =
  /** `problem`: why a deployment that may be tried again isn't; null if the error isn't transient. */
  | { readonly kind: 'final'; readonly problem: string | null }
  /** The log can't be read now. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  /** `change` lets the deployment start a second job. */
  | { readonly kind: 'again'; readonly change: DeploymentChange };

export interface FailedJob {
  readonly deployment: Deployment;
  readonly job: Job;
  readonly seen: JobFacts;
  readonly api: MeltanoApi;
  /** How often, and for how long (milliseconds), the log could not be read. */
  readonly unread: { readonly count: number; readonly ms: number };
}

const FINAL: FailureVerdict = { kind: 'final', problem: null };

/** Judges if a deployment whose job failed is tried again. */
export async function judgeFailedJob(context: ReconcileContext, failed: FailedJob): Promise<FailureVerdict> {
  const { deployment, job, api, unread } = failed;
  if (!(await mayTryAgain(context, deployment))) return FINAL;
  const log = await context.logs.examine(job.id, api);
  if (!log.ok) {
    const verdict = judgeRead(log.failure);
    if (verdict.kind !== 'retry' || unread.ms >= LOG_PATIENCE_MS) return { kind: 'final', problem: UNREAD };
    const delayMs = chooseRetryDelay(unread.count + 1, verdict.retryAfterMs, context.random());
    return { kind: 'wait', delayMs: Math.min(delayMs, LOG_PATIENCE_MS - unread.ms) };
  }
  const { firstError } = log.value;
  const known = firstError && explainError(firstError);
  if (known?.transient === undefined) return FINAL;
  if (await isReplaced(context, deployment)) return { kind: 'final', problem: NEWER_WAITS };
  return { kind: 'again', change: beginAgain(failed, known.code) };
}

/** A deployment read from its check run may have had its second try before the database was lost. */
async function mayTryAgain(context: ReconcileContext, deployment: Deployment): Promise<boolean> {
  const { firstTry, adopted, withdrawnBy, deliveryId } = deployment;
  if (firstTry !== null || adopted || withdrawnBy !== null || isRecoveryDelivery(deliveryId)) return false;
  if (watchLeft(context, deployment) <= 0) return false;
  return (await readSettings(context, deployment)).retryTransient > 0;
}

/** True if a newer deployment waits, which deploys the head of the branch anyway. */
async function isReplaced({ store }: ReconcileContext, deployment: Deployment): Promise<boolean> {
  const open = await store.listOpen(deployment);
  return open.some(({ id, state }) => state === 'waiting' && id !== deployment.id);
}

/** One change, so that a process that ends at any moment starts exactly one second job. */
function beginAgain({ deployment, job, seen }: FailedJob, error: string): DeploymentChange {
  const { jobStatus, jobStartedAt, jobEndedAt, deployedSha } = seen;
  const acceptedAt = deployment.acceptedAt ?? 0;
  return {
    state: 'starting',
    firstTry: { jobId: job.id, acceptedAt, error, jobStatus, jobStartedAt, jobEndedAt, deployedSha },
    jobId: null,
    acceptedAt: null,
    jobStatus: null,
    jobStartedAt: null,
    jobEndedAt: null,
    deployedSha: null,
    attempts: null,
    hold: null,
    heldSince: null,
    startSince: null,
    attemptOutcome: 'refused',
    conflictSince: null,
    failures: 0,
    retryAt: null,
    problem: null,
  };
}

/** Ends a deployment between its two jobs, if it must not start the second one any more. */
export async function endReplacedTry(
  context: ReconcileContext,
  deployment: Deployment,
): Promise<Ending | null> {
  const isBetween = deployment.firstTry !== null && deployment.jobId === null;
  if (!isBetween || !(await isReplaced(context, deployment))) return null;
  return { conclusion: 'failure', reason: 'job_error', problem: NEWER_WAITS };
}
