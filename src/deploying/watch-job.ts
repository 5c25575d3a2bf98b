import type { Deployment } from '../domain/deployment.ts';
import { changesOf } from '../domain/deployment-store.ts';
import { type Job, type JobPhase, jobPhase, tookCommit } from '../domain/job.ts';
import { countAsRunning, nextAttemptLeft, noteAttempt } from '../domain/job-attempts.ts';
import { chooseReadDelay, judgeRead } from '../domain/judge-failure.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { MeltanoApi, MeltanoFailure } from '../domain/meltano.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { describeFailure, describeReadFailure } from '../reporting/render/describe-meltano-failure.ts';
import { change, conclude, type Ending } from './conclude.ts';
import { describeJob } from './describe-job.ts';
import { seemsOlder } from './find-job.ts';
import { judgeDeployed } from './judge-deployed.ts';
import { wantsPipelines } from './read-pipelines.ts';
import {
  logFields,
  type PollBounds,
  type StartContext,
  type StepResult,
  watchLeft,
} from './reconcile-context.ts';
import { type FailedJob, judgeFailedJob } from './second-try.ts';
import { startSettling } from './settle-pipelines.ts';

/** How long reads that are refused (401, 403) are retried before the watch ends. */
const REFUSAL_PATIENCE_MS = 60_000;
/** A job may not be readable for this long after its start was accepted. */
const FRESH_JOB_MS = 10_000;
/** A withdrawn job that still runs is asked to stop again after this time. */
const STOP_RETRY_MS = 15_000;
/** A job that changed within this time is read as often as allowed. */
const LIVELY_MS = 30_000;
/** Failed reads in a row before the check run shows the problem. */
const REPORT_AFTER_FAILURES = 2;

/** The watch of one job, in memory: a restart begins a new one. Times are by the clock's `elapsed`. */
interface Watch {
  changedAt: number;
  /** True once the job was read. */
  wasRead: boolean;
  failures: number;
  /** How far the clock was set forward while no process ran; null until measured. */
  jumpedMs: number | null;
  refusedSince: number | null;
  /** When a withdrawn job was last asked to stop, and its phase then. */
  stopAsked: { phase: JobPhase; at: number } | null;
  /** Since when (`elapsed`) the log of the failed job can't be read, and how often. */
  failedLog: { readonly since: number; count: number } | null;
}

const ENDINGS: Record<string, Ending> = {
  COMPLETE: { conclusion: 'success', reason: 'job_complete' },
  STOPPED: { conclusion: 'cancelled', reason: 'job_stopped' },
};

/** A look at a log that is shown live. */
interface LogLook {
  readonly grew: boolean;
  /** The longest delay until the next look, so that the check run shows new lines in time (milliseconds). */
  readonly delayMs: number;
}

/** Reads a job's status, then its log, and concludes the deployment when the job is over or no longer watched. */
export class JobWatcher {
  readonly #context: StartContext;
  readonly #watches = new Map<string, Watch>();

  constructor(context: StartContext) {
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
      failedLog: null,
    };
    this.#watches.set(deployment.id, watch);
    const result = await this.#look(deployment, jobId, api, watch);
    if (result === 'go on') this.#watches.delete(deployment.id);
    return result;
  }

  async #look(deployment: Deployment, jobId: string, api: MeltanoApi, watch: Watch): Promise<StepResult> {
    const read = await api.getJob(jobId);
    const step = read.ok
      ? await this.#handleStatus(deployment, read.value, api, watch)
      : await this.#handleFailure(deployment, read.failure, watch);
    if (read.ok) watch.jumpedMs ??= this.#measureJump(deployment, read.value);
    const left = watchLeft(this.#context, deployment) + (watch.jumpedMs ?? 0);
    if (step === 'go on') return step;
    if (left > 0) return Math.min(step, left);
    // Without an answer we can't tell whether the job still runs.
    const problem = read.ok ? null : describeReadFailure(deployment.problem, read.failure);
    return conclude(this.#context, deployment, { conclusion: 'timed_out', reason: 'watch_timeout', problem });
  }

  /** How far the clock was set forward while no process ran: the stored time of acceptance looks that much older. */
  #measureJump({ acceptedAt }: Deployment, { created }: Job): number {
    const sinceCreated = created === null ? -1 : this.#context.clock.now() - created;
    return sinceCreated < 0 ? 0 : Math.max(0, ageOf(this.#context.clock, acceptedAt ?? 0) - sinceCreated);
  }

  async #handleStatus(deployment: Deployment, read: Job, api: MeltanoApi, watch: Watch): Promise<StepResult> {
    watch.wasRead = true;
    watch.failures = 0;
    watch.refusedSince = null;
    const attempts = noteAttempt(deployment.attempts, read, stamp(this.#context.clock));
    const nextAttemptMs = nextAttemptLeft(this.#context.clock, attempts);
    const job = nextAttemptMs > 0 ? countAsRunning(read) : read;
    if (deployment.adopted && this.#isForeign(deployment, job)) return this.#release(deployment);
    const ending = ENDINGS[job.status];
    const facts = describeJob(deployment, job, this.#context.clock.now());
    const seen = { ...facts, ...(await this.#judgeCommit(deployment, facts.deployedSha)), attempts };
    if (job.status === 'COMPLETE' && (await wantsPipelines(this.#context, deployment)))
      return startSettling(this.#context, deployment, job, seen);
    if (job.status === 'ERROR') return this.#endFailed({ deployment, job, seen, api }, watch);
    if (ending)
      return conclude(this.#context, deployment, {
        ...seen,
        ...ending,
        ...reasonOfWithdrawal(deployment, job),
      });
    const isToStop = deployment.withdrawnBy !== null;
    if (isToStop) await this.#stopJob(deployment, job, api, watch);
    const changes = changesOf(deployment, { ...seen, problem: null });
    if (Object.keys(changes).length > 0) {
      watch.changedAt = this.#context.clock.elapsed();
      if (!(await change(this.#context, deployment, changes))) return 'go on';
    }
    const isRunning = jobPhase(job.status) === 'running';
    const log = isRunning ? await this.#readLog({ ...deployment, attempts }, job.id, api) : null;
    if (log?.grew) watch.changedAt = this.#context.clock.elapsed();
    // A stopped job ends soon.
    const quiet = isToStop ? 0 : this.#context.clock.elapsed() - watch.changedAt;
    const interval = choosePollInterval(quiet, this.#context.limits.poll, this.#context.random());
    return Math.min(interval, log?.delayMs ?? interval, nextAttemptMs > 0 ? nextAttemptMs : interval);
  }

  /** Concludes a deployment whose job failed, or lets it start a second one. */
  async #endFailed(failed: Omit<FailedJob, 'unread'>, watch: Watch): Promise<StepResult> {
    const { deployment, seen } = failed;
    const { elapsed } = this.#context.clock;
    watch.failedLog ??= { since: elapsed(), count: 0 };
    const unread = { count: watch.failedLog.count, ms: elapsed() - watch.failedLog.since };
    const verdict = await judgeFailedJob(this.#context, { ...failed, unread });
    switch (verdict.kind) {
      case 'wait':
        watch.failedLog.count += 1;
        return verdict.delayMs;
      case 'again':
        this.#context.log.info(
          logFields(deployment),
          'The job failed for a passing reason: trying once more',
        );
        await change(this.#context, deployment, verdict.change);
        return 'go on';
      case 'final':
        return conclude(this.#context, deployment, {
          ...seen,
          conclusion: 'failure',
          reason: 'job_error',
          problem: verdict.problem,
        });
    }
  }

  /** Judges the gates for the commit of the job once it is known. */
  async #judgeCommit(
    deployment: Deployment,
    deployedSha: string | null,
  ): Promise<{ readonly ungated?: string | null }> {
    if (deployedSha === deployment.deployedSha) return {};
    return { ungated: await judgeDeployed(this.#context, deployment, deployedSha) };
  }

  /** True for an adopted job with another commit, and for an older one that ended without a commit. */
  #isForeign(deployment: Deployment, job: Job): boolean {
    const isOwn = tookCommit(job, deployment.sha);
    if (isOwn !== null) return !isOwn;
    const isOver = jobPhase(job.status) === 'ended' && deployment.withdrawnBy === null;
    return isOver && deployment.deployedSha === null && seemsOlder(this.#context, deployment, job);
  }

  /** Releases an adopted job that isn't the push's: the deployment waits for its own start. */
  async #release(deployment: Deployment): Promise<StepResult> {
    this.#context.log.info(logFields(deployment), "The adopted job isn't the push's: starting one for it");
    const cleared = {
      acceptedAt: null,
      jobStatus: null,
      jobStartedAt: null,
      jobEndedAt: null,
      deployedSha: null,
    };
    await change(this.#context, deployment, { state: 'waiting', jobId: null, adopted: false, ...cleared });
    return 'go on';
  }

  /** Only a running job can be stopped: a queued one is asked once, and again when it runs. */
  async #stopJob(deployment: Deployment, job: Job, api: MeltanoApi, watch: Watch): Promise<void> {
    const phase = jobPhase(job.status);
    const { stopAsked } = watch;
    const isAsked = stopAsked?.phase === phase;
    if (isAsked && (phase === 'queued' || this.#context.clock.elapsed() - stopAsked.at < STOP_RETRY_MS))
      return;
    watch.stopAsked = { phase, at: this.#context.clock.elapsed() };
    const asked = await api.stopJob(job.id);
    if (asked.ok) this.#context.log.info(logFields(deployment), 'The job was asked to stop');
    else {
      const { failure } = asked;
      const fields = { ...logFields(deployment), problem: describeFailure(failure) };
      // 409: the job doesn't run yet, or has ended.
      const isExpected = failure.kind === 'status' && failure.status === 409;
      this.#context.log[isExpected ? 'info' : 'warn'](fields, 'The job could not be stopped yet');
    }
  }

  /** Reads a live log. A failed read changes nothing: the next look reads again. */
  async #readLog(deployment: Deployment, jobId: string, api: MeltanoApi): Promise<LogLook | null> {
    const repository = await this.#context.repositories.getRepository(deployment.repositoryId);
    if (!repository || chooseLogMode(deployment, repository.private) !== 'live') return null;
    const { id, attempts } = deployment;
    const attempt = attempts?.current ?? null;
    const read = await this.#context.logs.readOn({ id, attempt }, jobId, api);
    const grew = read.ok && read.value;
    return { grew, delayMs: this.#context.reporter.logRead(deployment, grew) };
  }

  async #handleFailure(deployment: Deployment, failure: MeltanoFailure, watch: Watch): Promise<StepResult> {
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
    if (watch.failures >= REPORT_AFTER_FAILURES || failure.kind === 'held') {
      if (!(await change(this.#context, deployment, { problem }))) return 'go on';
    }
    return Math.max(
      chooseReadDelay(failure, watch.failures, this.#context.random()),
      this.#context.limits.poll.min,
    );
  }
}

/** The reason of a job that stopped because a person withdrew it. */
function reasonOfWithdrawal({ withdrawnBy }: Deployment, job: Job): Partial<Ending> {
  return withdrawnBy !== null && job.status === 'STOPPED' ? { reason: 'withdrawn' } : {};
}

/**
 * Chooses the delay until a job is read again (milliseconds): the minimum while the job changes, then growing with the quiet
 * time up to the maximum. `random` (0 to 1) spreads the reads by a tenth, within the bounds.
 */
export function choosePollInterval(quietMs: number, bounds: PollBounds, random: number): number {
  const grown = quietMs <= LIVELY_MS ? bounds.min : bounds.min + quietMs - LIVELY_MS;
  const spread = grown * (0.95 + 0.1 * random);
  return Math.round(Math.min(bounds.max, Math.max(bounds.min, spread)));
}
