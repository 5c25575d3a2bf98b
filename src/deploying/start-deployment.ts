import type { Deployment } from '../domain/deployment.ts';
import { type Job, jobPhase } from '../domain/job.ts';
import { chooseReadDelay, judgeRead, judgeStart, refusesSecret } from '../domain/judge-failure.ts';
import type { MeltanoApi, MeltanoFailure } from '../domain/meltano.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { formatWorkspaceKey } from '../domain/workspace-key.ts';
import { describeFailure, describeReadFailure } from '../reporting/render/describe-failure.ts';
import { chooseStart } from './choose-start.ts';
import { change, conclude } from './conclude.ts';
import { describeJob } from './describe-job.ts';
import { findForeignJob, isBusy, pickJob } from './find-job.ts';
import { recheckWorkspace } from './recheck-workspace.ts';
import { logFields, type ReconcileContext, type StepResult, startLeft } from './reconcile-context.ts';

/** How long a 409 is awaited when no deployment job is listed: the workspace may be provisioning (milliseconds). */
const CONFLICT_PATIENCE_MS = 10 * 60_000;
/** How often the app looks for the end of another job (milliseconds). */
const BUSY_LOOK_MS = 5_000;

const BUSY = 'another deployment of this workspace is running on Meltano Cloud';

export interface StartContext extends ReconcileContext {
  /** By workspace: failed reads in a row before the start of a deployment. In memory, since a retry is not worth a write. */
  readonly failedReads: Map<string, { readonly deployment: string; readonly count: number }>;
}

/**
 * One try to start a deployment: reads the workspace again, notes which jobs there are, and only then posts. What can
 * be learnt from the answer is stored before anything else happens.
 */
export async function startDeployment(
  context: StartContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<StepResult> {
  const since = deployment.startSince ?? stamp(context.clock);
  const checked = await recheckWorkspace(context, deployment, api);
  if (checked.kind === 'failed') return retryRead(context, deployment, since, checked.failure);
  if (checked.kind === 'ended') return 'go on';
  const jobs = await api.listJobs(deployment.workspaceId);
  if (!jobs.ok) return retryRead(context, deployment, since, jobs.failure);
  context.failedReads.delete(formatWorkspaceKey(deployment));
  const wasLost = deployment.attemptOutcome === 'lost';
  const found = await findJob(context, deployment, jobs.value);
  if (found) return acceptJob(context, deployment, found.job, { ...found, listed: jobs.value });
  if (deployment.attemptOutcome === 'busy' && isBusy(jobs.value)) return waitForOther(context, deployment);
  const chosen = await chooseStart(context, deployment, api);
  if (chosen.kind === 'failed') return retryRead(context, deployment, since, chosen.failure);
  if (chosen.kind === 'impossible') {
    const { problem } = chosen;
    return conclude(context, deployment, { conclusion: 'failure', reason: 'start_impossible', problem });
  }
  const attempted = await context.store.saveDeployment(deployment.id, {
    ...checked.change,
    ...(deployment.state === 'starting' ? {} : { state: 'starting' as const }),
    startSince: since,
    attemptedAt: stamp(context.clock),
    attemptOutcome: 'open',
    knownJobIds: wasLost ? deployment.knownJobIds : jobs.value.map((job) => job.id),
    retryAt: null,
  });
  if (!attempted) return 'go on';
  if (attempted.withdrawnBy !== null) {
    await change(context, attempted, { attemptOutcome: wasLost ? 'lost' : 'refused' });
    return 'go on';
  }
  // Nothing comes between the note and the request: a process that dies there leaves an attempt to be looked for.
  const sent = chosen.send();
  if (attempted.revision > deployment.revision) context.reporter.changed(attempted);
  const started = await sent;
  if (started.ok) return acceptJob(context, attempted, started.value);
  return takeRefusal(
    context,
    { deployment: attempted, api, wasLost, isSigned: chosen.isSigned },
    started.failure,
  );
}

/** A job that is there already: that of a lost attempt, or one that something else started for the push. */
async function findJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<{ job: Job; adopted: boolean } | null> {
  // It may show up to the very end; what was known before that attempt stays the measure.
  const adopted = deployment.attemptOutcome !== 'lost';
  const find = adopted ? findForeignJob : pickJob;
  const job = await find(context, deployment, listed);
  return job && { job, adopted };
}

/** A start that went out, and what is known of the one before it. */
interface Attempt {
  readonly deployment: Deployment;
  readonly api: MeltanoApi;
  /** An earlier attempt may have made a job that is still hidden: even after a refusal it is looked for. */
  readonly wasLost: boolean;
  readonly isSigned: boolean;
}

/** The job is known: from here on it is watched. `adopted`: something else had started it. */
export async function acceptJob(
  context: ReconcileContext,
  deployment: Deployment,
  job: Job,
  { adopted = false, listed = [] }: { readonly adopted?: boolean; readonly listed?: readonly Job[] } = {},
): Promise<StepResult> {
  const now = stamp(context.clock);
  const { state, jobStatus, jobStartedAt, deployedSha } = describeJob({ ...deployment, adopted }, job, now);
  // A job that is over already is concluded by the watcher's first look: until then nothing is said of it.
  const isOver = jobPhase(job.status) === 'ended';
  const saved = await change(context, deployment, {
    ...(isOver ? { state: 'queued' as const } : { state, jobStatus, jobStartedAt, deployedSha }),
    jobId: job.id,
    adopted,
    // No start is sent: what is listed now is what the next push's jobs are told from.
    ...(adopted ? { attemptedAt: now, knownJobIds: listed.map((one) => one.id) } : {}),
    acceptedAt: now,
    attemptOutcome: null,
    conflictSince: null,
    failures: 0,
    retryAt: null,
    problem: null,
  });
  if (saved) context.log.info({ ...logFields(saved), adopted }, 'Deployment started');
  return 'go on';
}

async function takeRefusal(
  context: ReconcileContext,
  attempt: Attempt,
  failure: MeltanoFailure,
): Promise<StepResult> {
  const { deployment, wasLost, isSigned } = attempt;
  const problem = describeFailure(failure);
  const verdict = judgeStart(failure);
  context.log.warn(
    { ...logFields(deployment), problem, verdict: verdict.kind },
    'The start was not accepted',
  );
  switch (verdict.kind) {
    case 'fail': {
      const reason = isSigned && refusesSecret(failure) ? 'secret_refused' : 'start_refused';
      return conclude(context, deployment, { conclusion: 'failure', reason, problem });
    }
    case 'conflict':
      return takeConflict(context, attempt, problem);
    case 'look': {
      await change(context, deployment, { attemptOutcome: verdict.outcome, failures: 0, problem });
      return 'go on';
    }
    case 'retry': {
      const failures = deployment.failures + 1;
      const delay = chooseRetryDelay(failures, verdict.retryAfterMs, context.random());
      const retryAt = stamp(context.clock, delay);
      const attemptOutcome = wasLost ? 'lost' : 'refused';
      await change(context, deployment, { attemptOutcome, failures, retryAt, problem });
      return 'go on';
    }
  }
}

/** 409: while another deployment job is listed its end is awaited; otherwise for ten minutes. */
async function takeConflict(
  context: ReconcileContext,
  { deployment, api, wasLost }: Attempt,
  problem: string,
): Promise<StepResult> {
  const { clock } = context;
  const now = stamp(clock);
  const jobs = await api.listJobs(deployment.workspaceId);
  if (jobs.ok && isBusy(jobs.value) && !wasLost) return waitForOther(context, deployment);
  const conflictSince = deployment.conflictSince ?? now;
  if (ageOf(clock, conflictSince) >= CONFLICT_PATIENCE_MS) {
    return conclude(context, deployment, { conclusion: 'failure', reason: 'start_refused', problem });
  }
  const failures = deployment.failures + 1;
  const retryAt = stamp(clock, Math.min(30_000, chooseRetryDelay(failures, null, context.random())));
  await change(context, deployment, {
    attemptOutcome: wasLost ? 'lost' : 'refused',
    conflictSince,
    failures,
    retryAt,
    problem,
  });
  return 'go on';
}

/** Another job runs: the app posts nothing until it is gone from the list. */
async function waitForOther(context: ReconcileContext, deployment: Deployment): Promise<StepResult> {
  const news = { attemptOutcome: 'busy', conflictSince: null, failures: 0, problem: BUSY } as const;
  const saved = await change(context, deployment, news);
  return saved ? waitWithinStart(context, saved, BUSY_LOOK_MS) : 'go on';
}

/** No longer than until START_TIMEOUT_MINUTES have passed. */
function waitWithinStart(context: ReconcileContext, deployment: Deployment, wait: number): StepResult {
  const left = startLeft(context, deployment);
  return left > 0 ? Math.min(left, wait) : 'go on';
}

/**
 * A read before the start failed: nothing was attempted, so a newer deployment may still replace this one. Only news are
 * stored, not each retry.
 */
async function retryRead(
  context: StartContext,
  deployment: Deployment,
  startSince: number,
  failure: MeltanoFailure,
): Promise<StepResult> {
  const workspace = formatWorkspaceKey(deployment);
  if (judgeRead(failure).kind !== 'retry') {
    context.failedReads.delete(workspace);
    const problem = describeFailure(failure);
    return conclude(context, deployment, { conclusion: 'failure', reason: 'start_refused', problem });
  }
  const before = context.failedReads.get(workspace);
  const count = (before?.deployment === deployment.id ? before.count : 0) + 1;
  context.failedReads.set(workspace, { deployment: deployment.id, count });
  const problem = describeReadFailure(deployment.problem, failure);
  const saved = await change(context, deployment, { startSince, problem });
  const delay = chooseReadDelay(failure, count, context.random());
  return saved ? waitWithinStart(context, saved, delay) : 'go on';
}
