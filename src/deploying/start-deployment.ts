import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentChange } from '../domain/deployment-store.ts';
import { type Job, jobPhase } from '../domain/job.ts';
import { noteAttempt } from '../domain/job-attempts.ts';
import { chooseReadDelay, judgeRead, judgeStart, refusesSecret } from '../domain/judge-failure.ts';
import { noteFailedBefore } from '../domain/judge-pipelines.ts';
import type { MeltanoApi, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { PipelineList } from '../domain/pipeline.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import { describeFailure, describeReadFailure } from '../reporting/render/describe-meltano-failure.ts';
import { chooseStart } from './choose-start.ts';
import { change, conclude } from './conclude.ts';
import { describeJob } from './describe-job.ts';
import { findAttemptedJob, findForeignJob, isBusy } from './find-job.ts';
import { passGates, passGatesAgain } from './pass-gates.ts';
import { readPipelinesBefore } from './read-pipelines.ts';
import { recheckWorkspace } from './recheck-workspace.ts';
import {
  logFields,
  type ReconcileContext,
  type StartContext,
  type StepResult,
  startLeft,
} from './reconcile-context.ts';
import { endReplacedTry } from './second-try.ts';
import { endSettling } from './settle-pipelines.ts';

/** How long a 409 is retried when no deployment job is listed: the workspace may be provisioning. */
const CONFLICT_PATIENCE_MS = 10 * 60_000;
/** How often the app checks whether another job has ended. */
const BUSY_LOOK_MS = 5_000;

const BUSY = 'another deployment of this workspace is running on Meltano Cloud';

/**
 * Tries once to start a deployment: reads the workspace again, stores the ids of its jobs, and only then sends the request.
 * Stores the outcome before anything else happens.
 */
export async function startDeployment(
  context: StartContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<StepResult> {
  const replaced = await endReplacedTry(context, deployment);
  if (replaced) return conclude(context, deployment, replaced);
  const gates = await passGates(context, deployment);
  if (gates.kind === 'wait') return gates.step;
  if (gates.kind === 'closed') return conclude(context, deployment, gates.ending);
  const passed = { ...gates.change, startSince: deployment.startSince ?? stamp(context.clock) };
  const checked = await recheckWorkspace(context, deployment, api);
  if (checked.kind === 'failed') return retryRead(context, deployment, passed, checked.failure);
  if (checked.kind === 'ended') return 'go on';
  const { jobs, pipelines } = await readLists(context, deployment, api);
  if (!jobs.ok) return retryRead(context, deployment, passed, jobs.failure);
  context.failedReads.delete(formatWorkspaceKey(deployment));
  const found = await findJob(context, deployment, jobs.value);
  if (found) {
    // Its job may have changed the pipelines already.
    await endSettling(context, deployment, null);
    return acceptJob(context, deployment, found.job, { ...found, listed: jobs.value });
  }
  if (deployment.attemptOutcome === 'busy' && isBusy(jobs.value)) return waitForOther(context, deployment);
  const changes = { ...checked.change, ...passed };
  return sendStart(context, deployment, { api, changes, jobs: jobs.value, pipelines });
}

interface ReadyStart {
  readonly api: MeltanoApi;
  /** To be stored with the attempt. */
  readonly changes: DeploymentChange & { readonly startSince: number };
  readonly jobs: readonly Job[];
  readonly pipelines: PipelineList | null;
}

/** Stores the attempt, sends the request, and stores its outcome. */
async function sendStart(
  context: StartContext,
  deployment: Deployment,
  { api, changes, jobs, pipelines }: ReadyStart,
): Promise<StepResult> {
  const wasLost = deployment.attemptOutcome === 'lost';
  const chosen = await chooseStart(context, deployment, api);
  if (chosen.kind === 'failed') return retryRead(context, deployment, changes, chosen.failure);
  if (chosen.kind === 'impossible') {
    const { problem } = chosen;
    return conclude(context, deployment, { conclusion: 'failure', reason: 'start_impossible', problem });
  }
  const gates = await passGatesAgain(context, deployment);
  if (gates.kind === 'wait') return gates.step;
  if (gates.kind === 'closed') return conclude(context, deployment, gates.ending);
  await endSettling(context, deployment, pipelines);
  const attempted = await context.store.saveDeployment(deployment.id, {
    ...changes,
    ...gates.change,
    ...(deployment.state === 'starting' ? {} : { state: 'starting' as const }),
    attemptedAt: stamp(context.clock),
    attemptOutcome: 'open',
    knownJobIds: wasLost ? deployment.knownJobIds : jobs.map((job) => job.id),
    failedBefore: wasLost ? deployment.failedBefore : pipelines && noteFailedBefore(pipelines),
    retryAt: null,
  });
  if (!attempted) return 'go on';
  if (attempted.withdrawnBy !== null || !gates.isFresh()) {
    await change(context, attempted, { attemptOutcome: wasLost ? 'lost' : 'refused' });
    return 'go on';
  }
  // The attempt is stored right before the request: a process that dies here leaves an attempt to search for.
  const sent = chosen.send(gates.isFresh);
  if (attempted.revision > deployment.revision) context.reporter.changed(attempted);
  const started = await sent;
  if (started.ok) return acceptJob(context, attempted, started.value);
  return handleRefusal(
    context,
    { deployment: attempted, api, wasLost, isSigned: chosen.isSigned },
    started.failure,
  );
}

/** Reads the jobs and the pipelines at once. While it waits for another job, it reads only the jobs. */
async function readLists(
  context: StartContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<{ readonly jobs: MeltanoResult<Job[]>; readonly pipelines: PipelineList | null }> {
  const readPipelines = () => readPipelinesBefore(context, deployment, api);
  if (deployment.attemptOutcome !== 'busy') {
    const [jobs, pipelines] = await Promise.all([api.listJobs(deployment.workspaceId), readPipelines()]);
    return { jobs, pipelines };
  }
  const jobs = await api.listJobs(deployment.workspaceId);
  return { jobs, pipelines: jobs.ok && !isBusy(jobs.value) ? await readPipelines() : null };
}

/** Finds an existing job: that of a lost attempt, or one that something else started for the push. */
async function findJob(
  context: ReconcileContext,
  deployment: Deployment,
  listed: readonly Job[],
): Promise<{ job: Job; adopted: boolean } | null> {
  // The job of a lost attempt may still appear, so its list of known jobs stays valid.
  const adopted = deployment.attemptOutcome !== 'lost';
  if (adopted && deployment.firstTry !== null) return null;
  const find = adopted ? findForeignJob : findAttemptedJob;
  const job = await find(context, deployment, listed);
  return job && { job, adopted };
}

/** A start that was sent. */
interface Attempt {
  readonly deployment: Deployment;
  readonly api: MeltanoApi;
  /** An earlier attempt may have made a job that isn't listed yet: the search goes on even after a refusal. */
  readonly wasLost: boolean;
  readonly isSigned: boolean;
}

/** Stores the job of a deployment, to be watched from here on. `adopted`: something else started it. */
export async function acceptJob(
  context: ReconcileContext,
  deployment: Deployment,
  job: Job,
  { adopted = false, listed = [] }: { readonly adopted?: boolean; readonly listed?: readonly Job[] } = {},
): Promise<StepResult> {
  const now = stamp(context.clock);
  const { state, jobStatus, jobStartedAt, deployedSha } = describeJob({ ...deployment, adopted }, job, now);
  // The watcher's first look concludes a job that is over, so its facts aren't reported before.
  const isOver = jobPhase(job.status) === 'ended';
  const saved = await change(context, deployment, {
    ...(isOver ? { state: 'queued' as const } : { state, jobStatus, jobStartedAt, deployedSha }),
    jobId: job.id,
    attempts: noteAttempt(null, job, now),
    adopted,
    // Without a start of its own, the present list tells the next push's jobs from older ones.
    ...(adopted ? { attemptedAt: now, knownJobIds: listed.map((one) => one.id), failedBefore: null } : {}),
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

async function handleRefusal(
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
      return handleConflict(context, attempt, problem);
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

/** Handles a 409: waits for the end of another listed deployment job, otherwise retries for ten minutes. */
async function handleConflict(
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

/** Waits for another job: the app sends no start until that job has ended. */
async function waitForOther(context: ReconcileContext, deployment: Deployment): Promise<StepResult> {
  const fields = { attemptOutcome: 'busy', conflictSince: null, failures: 0, problem: BUSY } as const;
  const saved = await change(context, deployment, fields);
  return saved ? waitWithinStart(context, saved, BUSY_LOOK_MS) : 'go on';
}

/** Waits until the start times out (START_TIMEOUT_MINUTES) at the latest. */
function waitWithinStart(context: ReconcileContext, deployment: Deployment, delay: number): StepResult {
  const left = startLeft(context, deployment);
  return left > 0 ? Math.min(left, delay) : 'go on';
}

/**
 * Handles a failed read before the start. Nothing was attempted, so a newer deployment may still replace this one. Stores
 * changes only, not each retry.
 */
async function retryRead(
  context: StartContext,
  deployment: Deployment,
  changes: DeploymentChange,
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
  const saved = await change(context, deployment, { ...changes, problem });
  const delay = chooseReadDelay(failure, count, context.random());
  return saved ? waitWithinStart(context, saved, delay) : 'go on';
}
