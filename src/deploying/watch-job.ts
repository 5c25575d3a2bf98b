import type { Deployment } from '../domain/deployment.ts';
import { changesOf } from '../domain/deployment-store.ts';
import { type Job, type JobPhase, jobPhase, tookCommit } from '../domain/job.ts';
import { chooseReadDelay, judgeRead } from '../domain/judge-failure.ts';
import type { MeltanoApi, MeltanoFailure } from '../domain/meltano.ts';
import { chooseLogMode } from '../domain/repository-configuration.ts';
import { ageOf } from '../domain/stored-times.ts';
import { describeFailure, describeReadFailure } from '../reporting/render/describe-failure.ts';
import { change, conclude, type Ending } from './conclude.ts';
import { describeJob } from './describe-job.ts';
import { seemsOlder } from './find-job.ts';
import { logFields, type PollBounds, type ReconcileContext, type StepResult } from './reconcile-context.ts';

/** How long a refusal (401, 403) is taken for a passing one before the watching ends (milliseconds). */
const REFUSAL_PATIENCE_MS = 60_000;
/** A job that was accepted this short a time ago may not be readable yet (milliseconds). */
const FRESH_JOB_MS = 10_000;
/** A withdrawn job that runs on is asked to stop again after this time (milliseconds). */
const STOP_AGAIN_MS = 15_000;
/** A job that logged within this time is read as often as allowed (milliseconds). */
const LIVELY_MS = 30_000;
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

const ENDINGS: Record<string, Ending> = {
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

/** Reads a job's status, then its log, and concludes the deployment when the job is over or no longer watched. */
export class JobWatcher {
  readonly #context: ReconcileContext;
  readonly #watches = new Map<string, Watch>();

  constructor(context: ReconcileContext) {
    this.#context = context;
  }

  async watch(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<StepResult> {
    const watch = this.#watches.get(deployment.id) ?? {
      changedAt: this.#context.clock.elapsed(),
      wasRead: false,
      failures: 0,
      jumpedMs: null,
      refusedSince: null,
      stopAsked: null,
    };
    this.#watches.set(deployment.id, watch);
    const result = await this.#look(deployment, jobId, api, watch);
    if (result === 'go on') this.#watches.delete(deployment.id);
    return result;
  }

  async #look(deployment: Deployment, jobId: string, api: MeltanoApi, watch: Watch): Promise<StepResult> {
    const read = await api.getJob(jobId);
    const step = read.ok
      ? await this.#takeStatus(deployment, read.value, api, watch)
      : await this.#takeFailure(deployment, read.failure, watch);
    if (read.ok) watch.jumpedMs ??= this.#measureJump(deployment, read.value);
    const left =
      this.#context.limits.deployMs +
      (watch.jumpedMs ?? 0) -
      ageOf(this.#context.clock, deployment.acceptedAt ?? 0);
    if (step === 'go on') return step;
    if (left > 0) return Math.min(step, left);
    // Whether the job still runs is known only from an answer.
    const problem = read.ok ? null : describeReadFailure(deployment.problem, read.failure);
    return conclude(this.#context, deployment, { conclusion: 'timed_out', reason: 'watch_timeout', problem });
  }

  /** How much less than by the stored time the job was watched: the clock was set forward while no process ran. */
  #measureJump({ acceptedAt }: Deployment, { created }: Job): number {
    const sinceCreated = created === null ? -1 : this.#context.clock.now() - created;
    return sinceCreated < 0 ? 0 : Math.max(0, ageOf(this.#context.clock, acceptedAt ?? 0) - sinceCreated);
  }

  async #takeStatus(deployment: Deployment, job: Job, api: MeltanoApi, watch: Watch): Promise<StepResult> {
    watch.wasRead = true;
    watch.failures = 0;
    watch.refusedSince = null;
    if (deployment.adopted && this.#isForeign(deployment, job)) return this.#release(deployment);
    const ending = ENDINGS[job.status];
    const seen = describeJob(deployment, job, this.#context.clock.now());
    if (ending)
      return conclude(this.#context, deployment, { ...seen, ...ending, ...nameWithdrawal(deployment, job) });
    const isToStop = deployment.withdrawnBy !== null;
    if (isToStop) await this.#stopJob(deployment, job, api, watch);
    const news = changesOf(deployment, { ...seen, problem: null });
    if (Object.keys(news).length > 0) {
      watch.changedAt = this.#context.clock.elapsed();
      if (!(await change(this.#context, deployment, news))) return 'go on';
    }
    const isRunning = jobPhase(job.status) === 'running';
    const log = isRunning ? await this.#readLog(deployment, job.id, api) : null;
    if (log?.grew) watch.changedAt = this.#context.clock.elapsed();
    // The end of a job that was stopped is near.
    const quiet = isToStop ? 0 : this.#context.clock.elapsed() - watch.changedAt;
    const interval = choosePollInterval(quiet, this.#context.limits.poll, this.#context.random());
    return log ? Math.min(interval, log.nextMs) : interval;
  }

  /** An adopted job with another commit, or an older one that ended without telling its commit. */
  #isForeign(deployment: Deployment, job: Job): boolean {
    const isOwn = tookCommit(job, deployment.sha);
    if (isOwn !== null) return !isOwn;
    const isOver = jobPhase(job.status) === 'ended' && deployment.withdrawnBy === null;
    return isOver && deployment.deployedSha === null && seemsOlder(this.#context, deployment, job);
  }

  /** An adopted job that isn't the push's: the deployment waits for its own start. */
  async #release(deployment: Deployment): Promise<StepResult> {
    this.#context.log.info(logFields(deployment), "The adopted job isn't the push's: starting one for it");
    const nothing = {
      acceptedAt: null,
      jobStatus: null,
      jobStartedAt: null,
      jobEndedAt: null,
      deployedSha: null,
    };
    await change(this.#context, deployment, { state: 'waiting', jobId: null, adopted: false, ...nothing });
    return 'go on';
  }

  /** Only a running job can be stopped: a queued one is asked once, and again as soon as it runs. */
  async #stopJob(deployment: Deployment, job: Job, api: MeltanoApi, watch: Watch): Promise<void> {
    const phase = jobPhase(job.status);
    const { stopAsked } = watch;
    const isAsked = stopAsked?.phase === phase;
    if (isAsked && (phase === 'queued' || this.#context.clock.elapsed() - stopAsked.at < STOP_AGAIN_MS))
      return;
    watch.stopAsked = { phase, at: this.#context.clock.elapsed() };
    const asked = await api.stopJob(job.id);
    if (asked.ok) this.#context.log.info(logFields(deployment), 'The job was asked to stop');
    else {
      const { failure } = asked;
      const fields = { ...logFields(deployment), problem: describeFailure(failure) };
      // 409: it doesn't run yet, or not any more.
      const isUsual = failure.kind === 'status' && failure.status === 409;
      this.#context.log[isUsual ? 'info' : 'warn'](fields, 'The job could not be stopped yet');
    }
  }

  /** A log that can't be read now is read at the next look; the status alone decides how the deployment goes on. */
  async #readLog(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<LogLook | null> {
    const repository = await this.#context.repositories.getRepository(deployment.repositoryId);
    if (!repository || chooseLogMode(deployment, repository.private) !== 'live') return null;
    const read = await this.#context.logs.readOn(deployment, jobId, api);
    const grew = read.ok && read.value;
    return { grew, nextMs: this.#context.reporter.logRead(deployment, grew) };
  }

  async #takeFailure(deployment: Deployment, failure: MeltanoFailure, watch: Watch): Promise<StepResult> {
    const verdict = judgeRead(failure);
    watch.failures += 1;
    const isFresh = !watch.wasRead && ageOf(this.#context.clock, deployment.acceptedAt ?? 0) <= FRESH_JOB_MS;
    if (verdict.kind === 'missing' && !isFresh) {
      return conclude(this.#context, deployment, { conclusion: 'cancelled', reason: 'job_deleted' });
    }
    const problem = describeReadFailure(deployment.problem, failure);
    if (verdict.kind === 'refused') {
      watch.refusedSince ??= this.#context.clock.elapsed();
      if (this.#context.clock.elapsed() - watch.refusedSince >= REFUSAL_PATIENCE_MS) {
        return conclude(this.#context, deployment, {
          conclusion: 'timed_out',
          reason: 'watch_refused',
          problem,
        });
      }
    }
    if (watch.failures >= SAY_AFTER_FAILURES || failure.kind === 'held') {
      if (!(await change(this.#context, deployment, { problem }))) return 'go on';
    }
    return Math.max(
      chooseReadDelay(failure, watch.failures, this.#context.random()),
      this.#context.limits.poll.min,
    );
  }
}

/** A job that was stopped because a person withdrew it. */
function nameWithdrawal({ withdrawnBy }: Deployment, job: Job): Partial<Ending> {
  return withdrawnBy !== null && job.status === 'STOPPED' ? { reason: 'withdrawn' } : {};
}

/**
 * How long to wait before a job is read again: the least while things change, then growing with the quiet until the
 * most. `random` (0 to 1) spreads the reads by a tenth, within the bounds.
 */
export function choosePollInterval(quietMs: number, bounds: PollBounds, random: number): number {
  const grown = quietMs <= LIVELY_MS ? bounds.min : bounds.min + quietMs - LIVELY_MS;
  const spread = grown * (0.95 + 0.1 * random);
  return Math.round(Math.min(bounds.max, Math.max(bounds.min, spread)));
}
