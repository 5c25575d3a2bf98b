import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentChange } from '../domain/deployment-store.ts';
import { type Job, type JobPhase, jobPhase, tookCommit } from '../domain/job.ts';
import { chooseReadDelay, judgeRead } from '../domain/judge-failure.ts';
import type { MeltanoApi, MeltanoFailure } from '../domain/meltano.ts';
import { chooseLogMode } from '../domain/repository-configuration.ts';
import { ageOf } from '../domain/stored-times.ts';
import { describeFailure, describeReadFailure } from '../reporting/render/describe-failure.ts';
import { change, conclude, type Ending } from './conclude.ts';
import { describeJob } from './describe-job.ts';
import { seemsOlder } from './find-foreign-job.ts';
import { choosePollInterval } from './poll-interval.ts';
import { logFields, type ReconcileContext, type StepResult } from './reconcile-context.ts';

/** How long a refusal (401, 403) is taken for a passing one before the watching ends (milliseconds). */
const REFUSAL_PATIENCE_MS = 60_000;
/** A job that was accepted this short a time ago may not be readable yet (milliseconds). */
const FRESH_JOB_MS = 10_000;
/** A withdrawn job that runs on is asked to stop again after this time (milliseconds). */
const STOP_AGAIN_MS = 15_000;
/** Failed reads in a row after which the check run says so. */
const SAY_AFTER_FAILURES = 2;

/** What a process remembers of a job that it watches, with times by the clock's `elapsed`; another process starts anew. */
interface Watch {
  changedAt: number;
  /** Whether the job could be read at all. */
  wasRead: boolean;
  failures: number;
  jumpedMs: number | null;
  refusedSince: number | null;
  /** When a withdrawn job was last asked to stop, and what it did then. */
  stopAsked: { phase: JobPhase; at: number } | null;
}

const ENDINGS: Record<string, Pick<Ending, 'conclusion' | 'reason'>> = {
  COMPLETE: { conclusion: 'success', reason: 'job_complete' },
  ERROR: { conclusion: 'failure', reason: 'job_error' },
  STOPPED: { conclusion: 'cancelled', reason: 'job_stopped' },
};

/** A look at a log that is shown live. */
interface LogLook {
  readonly grew: boolean;
  /** When to look again at the latest, so that the check run shows what is new in time. */
  readonly nextMs: number;
}

export interface JobWatcher {
  watch(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<StepResult>;
}

/** Reads a job's status, then its log, and concludes the deployment when the job is over or no longer watched. */
export function createJobWatcher(context: ReconcileContext): JobWatcher {
  const watches = new Map<string, Watch>();
  const { clock, limits } = context;

  return {
    async watch(deployment, jobId, api) {
      const watch = watches.get(deployment.id) ?? {
        changedAt: clock.elapsed(),
        wasRead: false,
        failures: 0,
        jumpedMs: null,
        refusedSince: null,
        stopAsked: null,
      };
      watches.set(deployment.id, watch);
      const result = await look(deployment, jobId, api, watch);
      if (result === 'go on') watches.delete(deployment.id);
      return result;
    },
  };

  async function look(
    deployment: Deployment,
    jobId: string,
    api: MeltanoApi,
    watch: Watch,
  ): Promise<StepResult> {
    const read = await api.getJob(jobId);
    const step = read.ok
      ? await takeStatus(deployment, read.value, api, watch)
      : await takeFailure(deployment, read.failure, watch);
    if (read.ok) watch.jumpedMs ??= measureJump(deployment, read.value);
    const left = limits.deployMs + (watch.jumpedMs ?? 0) - ageOf(clock, deployment.acceptedAt ?? 0);
    if (step === 'go on') return step;
    if (left > 0) return Math.min(step, left);
    // Whether the job still runs is known only from an answer.
    const problem = read.ok ? null : describeReadFailure(deployment.problem, read.failure);
    return conclude(context, deployment, { conclusion: 'timed_out', reason: 'watch_timeout', problem });
  }

  /** How much less than by the stored time the job was watched: the clock was set forward while no process ran. */
  function measureJump({ acceptedAt }: Deployment, { created }: Job): number {
    const sinceCreated = created === null ? -1 : clock.now() - created;
    return sinceCreated < 0 ? 0 : Math.max(0, ageOf(clock, acceptedAt ?? 0) - sinceCreated);
  }

  async function takeStatus(
    deployment: Deployment,
    job: Job,
    api: MeltanoApi,
    watch: Watch,
  ): Promise<StepResult> {
    watch.wasRead = true;
    watch.failures = 0;
    watch.refusedSince = null;
    if (deployment.adopted && isForeign(deployment, job)) return release(deployment);
    const ending = ENDINGS[job.status];
    const seen = describeJob(deployment, job, clock.now());
    if (ending)
      return conclude(context, deployment, { ...seen, ...ending, ...nameWithdrawal(deployment, job) });
    const isToStop = deployment.withdrawnBy !== null;
    if (isToStop) await stopJob(deployment, job, api, watch);
    const news = onlyNews(deployment, { ...seen, problem: null });
    if (Object.keys(news).length > 0) {
      watch.changedAt = clock.elapsed();
      if (!(await change(context, deployment, news))) return 'go on';
    }
    const isRunning = jobPhase(job.status) === 'running';
    const log = isRunning ? await readLog(deployment, job.id, api) : null;
    if (log?.grew) watch.changedAt = clock.elapsed();
    // The end of a job that was stopped is near.
    const quiet = isToStop ? 0 : clock.elapsed() - watch.changedAt;
    const interval = choosePollInterval(quiet, limits.poll, context.random());
    return log ? Math.min(interval, log.nextMs) : interval;
  }

  /** An adopted job with another commit, or an older one that ended without telling its commit. */
  function isForeign(deployment: Deployment, job: Job): boolean {
    const isOwn = tookCommit(job, deployment.sha);
    if (isOwn !== null) return !isOwn;
    const isOver = jobPhase(job.status) === 'ended' && deployment.withdrawnBy === null;
    return isOver && deployment.deployedSha === null && seemsOlder(context, deployment, job);
  }

  /** An adopted job that isn't the push's: the deployment waits for its own start. */
  async function release(deployment: Deployment): Promise<StepResult> {
    context.log.info(logFields(deployment), "The adopted job isn't the push's: starting one for it");
    const nothing = {
      acceptedAt: null,
      jobStatus: null,
      jobStartedAt: null,
      jobEndedAt: null,
      deployedSha: null,
    };
    await change(context, deployment, { state: 'waiting', jobId: null, adopted: false, ...nothing });
    return 'go on';
  }

  /** Only a running job can be stopped: a queued one is asked once, and again as soon as it runs. */
  async function stopJob(deployment: Deployment, job: Job, api: MeltanoApi, watch: Watch): Promise<void> {
    const phase = jobPhase(job.status);
    const { stopAsked } = watch;
    const isAsked = stopAsked?.phase === phase;
    if (isAsked && (phase === 'queued' || clock.elapsed() - stopAsked.at < STOP_AGAIN_MS)) return;
    watch.stopAsked = { phase, at: clock.elapsed() };
    const asked = await api.stopJob(job.id);
    if (asked.ok) context.log.info(logFields(deployment), 'The job was asked to stop');
    else {
      const { failure } = asked;
      const fields = { ...logFields(deployment), problem: describeFailure(failure) };
      // 409: it doesn't run yet, or not any more.
      const isUsual = failure.kind === 'status' && failure.status === 409;
      context.log[isUsual ? 'info' : 'warn'](fields, 'The job could not be stopped yet');
    }
  }

  /** A log that can't be read now is read at the next look; the status alone decides how the deployment goes on. */
  async function readLog(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<LogLook | null> {
    const repository = await context.repositories.getRepository(deployment.repositoryId);
    if (!repository || chooseLogMode(deployment, repository.private) !== 'live') return null;
    const read = await context.logs.readOn(deployment, jobId, api);
    const grew = read.ok && read.value;
    return { grew, nextMs: context.reporter.logRead(deployment, grew) };
  }

  async function takeFailure(
    deployment: Deployment,
    failure: MeltanoFailure,
    watch: Watch,
  ): Promise<StepResult> {
    const verdict = judgeRead(failure);
    watch.failures += 1;
    const isFresh = !watch.wasRead && ageOf(clock, deployment.acceptedAt ?? 0) <= FRESH_JOB_MS;
    if (verdict.kind === 'missing' && !isFresh) {
      return conclude(context, deployment, { conclusion: 'cancelled', reason: 'job_deleted' });
    }
    const problem = describeReadFailure(deployment.problem, failure);
    if (verdict.kind === 'refused') {
      watch.refusedSince ??= clock.elapsed();
      if (clock.elapsed() - watch.refusedSince >= REFUSAL_PATIENCE_MS) {
        return conclude(context, deployment, { conclusion: 'timed_out', reason: 'watch_refused', problem });
      }
    }
    if (watch.failures >= SAY_AFTER_FAILURES || failure.kind === 'held') {
      if (!(await change(context, deployment, { problem }))) return 'go on';
    }
    return Math.max(chooseReadDelay(failure, watch.failures, context.random()), limits.poll.min);
  }
}

/** A job that was stopped because a person withdrew it. */
function nameWithdrawal({ withdrawnBy }: Deployment, job: Job): Partial<Pick<Ending, 'reason'>> {
  return withdrawnBy !== null && job.status === 'STOPPED' ? { reason: 'withdrawn' } : {};
}

function onlyNews(deployment: Deployment, seen: DeploymentChange): DeploymentChange {
  const news = Object.entries(seen).filter(([key, value]) => deployment[key as keyof Deployment] !== value);
  return Object.fromEntries(news);
}
