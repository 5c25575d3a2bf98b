import { chooseReadDelay, judgeRead } from '../domain/judge-failure.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { MeltanoApi, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { PipelineWatch, WatchEnding, WatchedPipeline } from '../domain/pipeline-watch.ts';
import { ageOf } from '../domain/stored-times.ts';
import { describeReadFailure } from '../reporting/render/describe-meltano-failure.ts';
import { findShownLog } from '../reporting/report-subject.ts';
import { type DeployedAt, findRuns } from './find-pipeline-run.ts';
import { isAwaited, isOpen, isRunning, noteJob, replacePipeline } from './pipeline-progress.ts';
import type { ReconcileContext, StepResult } from './reconcile-context.ts';
import { FRESH_START, type StartMemory, startPipeline } from './start-pipeline.ts';
import { choosePollInterval } from './watch-job.ts';

/** Without a run for this long, the pipelines that had none count as `unseen`. */
const UNSEEN_AFTER_MS = 3 * 60_000;
/** For each awaited pipeline, its jobs are listed at most this often. */
const LIST_MS = 250;
/** How long reads that are refused (401, 403) are retried before the watch ends. */
const REFUSAL_PATIENCE_MS = 60_000;
/** Failed reads in a row before the check run shows the problem, and before a missing job counts as deleted. */
const REPORT_AFTER_FAILURES = 2;
const DELETED_AFTER_FAILURES = 3;

/** The watch of one row, in memory: a restart begins a new one. Times are by the clock's `elapsed`. */
interface Memory extends StartMemory {
  /** Since when none of the pipelines was seen running. */
  quietSince: number;
  changedAt: number;
  failures: number;
  refusedSince: number | null;
}

/** What a look at Meltano Cloud found. */
interface Look {
  readonly pipelines: readonly WatchedPipeline[];
  readonly failure: MeltanoFailure | null;
}

/** Watches the jobs of pipelines, and starts the jobs that the app has to start, one at a time. */
export class PipelineWatcher {
  readonly #context: ReconcileContext;
  readonly #memories = new Map<string, Memory>();

  constructor(context: ReconcileContext) {
    this.#context = context;
  }

  /** The handler of the queue `pipelines`. Returns the delay until the next look (milliseconds); null at the end. */
  async watch(id: string): Promise<number | null> {
    for (;;) {
      const watch = await this.#context.store.getPipelineWatch(id);
      if (!watch || watch.state === 'concluded') {
        this.#memories.delete(id);
        return null;
      }
      const step = await this.#step(watch, this.#remember(id));
      if (step !== 'go on') return step;
    }
  }

  #remember(id: string): Memory {
    const now = this.#context.clock.elapsed();
    const memory = this.#memories.get(id) ?? {
      quietSince: now,
      changedAt: now,
      failures: 0,
      refusedSince: null,
      ...FRESH_START,
    };
    this.#memories.set(id, memory);
    return memory;
  }

  async #step(watch: PipelineWatch, memory: Memory): Promise<StepResult> {
    const { accounts, store, limits, clock } = this.#context;
    const api = accounts.byKey(watch.account)?.api;
    if (!api) return this.#conclude(watch, 'refused');
    const newer = watch.deploymentId === null ? null : await store.findNextStart(watch.deploymentId);
    if (newer !== null) return this.#conclude(watch, 'superseded', { supersededBy: newer });
    const step = await this.#look(watch, api, memory);
    if (step === 'go on') return step;
    const left = limits.deployMs - ageOf(clock, watch.createdAt);
    return left > 0 ? Math.min(step, left) : this.#conclude(watch, 'timed_out');
  }

  async #look(watch: PipelineWatch, api: MeltanoApi, memory: Memory): Promise<StepResult> {
    const read = await this.#readJobs(watch, api);
    const isBusy = read.failure !== null || read.pipelines.some(isRunning);
    const mayDiscover = !isBusy && watch.purpose === 'triggered';
    const found = mayDiscover ? await this.#discover(watch, read, api, memory) : read;
    const saved = await this.#save(watch, found.pipelines, memory);
    if (!saved) return 'go on';
    if (found.failure) return this.#handleFailure(saved, found.failure, memory);
    memory.failures = 0;
    memory.refusedSince = null;
    if (saved.pipelines.every(({ outcome }) => outcome !== null)) return this.#conclude(saved, 'complete');
    const next =
      isBusy || saved.pipelines.some(isOpen)
        ? undefined
        : saved.pipelines.find((one) => isAwaited(one) && one.start);
    if (next) return this.#start(saved, next, api, memory);
    return this.#chooseDelay(saved, api, memory);
  }

  async #readJobs(watch: PipelineWatch, api: MeltanoApi): Promise<Look> {
    let pipelines = watch.pipelines;
    for (const pipeline of watch.pipelines.filter(isOpen)) {
      const read = await api.getJob(pipeline.jobId ?? '');
      if (!read.ok)
        return {
          pipelines: this.#noteMissing({ ...watch, pipelines }, pipeline, read.failure),
          failure: read.failure,
        };
      const seen = noteJob(pipeline, read.value, this.#context.clock);
      pipelines = replacePipeline({ ...watch, pipelines }, seen);
    }
    return { pipelines, failure: null };
  }

  #noteMissing(
    watch: PipelineWatch,
    pipeline: WatchedPipeline,
    failure: MeltanoFailure,
  ): readonly WatchedPipeline[] {
    const memory = this.#remember(watch.id);
    const isDeleted = judgeRead(failure).kind === 'missing' && memory.failures + 1 >= DELETED_AFTER_FAILURES;
    if (!isDeleted) return watch.pipelines;
    return replacePipeline(watch, {
      ...pipeline,
      outcome: 'deleted',
      endedAt: this.#context.clock.now(),
      problem: null,
    });
  }

  /** Lists the jobs of each pipeline without one. Only one pipeline of a workspace runs at a time, and queued jobs are hidden. */
  async #discover(watch: PipelineWatch, read: Look, api: MeltanoApi, memory: Memory): Promise<Look> {
    const { clock } = this.#context;
    const deployedAt = await this.#readDeployedAt(watch);
    const isOver = clock.elapsed() - memory.quietSince >= UNSEEN_AFTER_MS;
    let { pipelines } = read;
    let failure: MeltanoFailure | null = null;
    for (const pipeline of pipelines.filter(isAwaited)) {
      const listed = await api.listPipelineJobs(pipeline.pipelineId);
      if (isUnreadable(listed)) {
        // A pipeline that can't be read may be running.
        memory.quietSince = clock.elapsed();
        failure = listed.failure;
        // The others may be readable, unless the service is away.
        if (failure.kind === 'status') continue;
        break;
      }
      const { own, other } = findRuns(listed.ok ? listed.value : [], deployedAt);
      if (other && !own && noteJob(pipeline, other, clock).endedAt === null)
        memory.quietSince = clock.elapsed();
      const job = own ?? (isOver ? other : null);
      if (job) pipelines = replacePipeline({ ...watch, pipelines }, noteJob(pipeline, job, clock));
      else if (isOver && failure === null)
        pipelines = replacePipeline({ ...watch, pipelines }, { ...pipeline, outcome: 'unseen' });
    }
    return { pipelines, failure };
  }

  /** When the deployment's job began and ended, by Meltano Cloud's clock if it shows that. */
  async #readDeployedAt({ deploymentId, createdAt }: PipelineWatch): Promise<DeployedAt> {
    const deployment = deploymentId === null ? null : await this.#context.store.getDeployment(deploymentId);
    const startTime = deployment?.serviceStartTime ?? null;
    // The end was seen late, and by another clock, so a run may have begun before: the start decides.
    const endTime = deployment?.serviceEndTime ?? startTime ?? deployment?.jobEndedAt ?? createdAt;
    return { startTime, endTime };
  }

  async #start(
    watch: PipelineWatch,
    pipeline: WatchedPipeline,
    api: MeltanoApi,
    memory: Memory,
  ): Promise<StepResult> {
    return startPipeline(this.#context, { watch, pipeline, api, memory }, async (changed) => {
      const pipelines = replacePipeline(watch, changed);
      return (await this.#save(watch, pipelines, memory)) !== null;
    });
  }

  async #save(
    watch: PipelineWatch,
    pipelines: readonly WatchedPipeline[],
    memory: Memory,
  ): Promise<PipelineWatch | null> {
    const { clock, store, reporter } = this.#context;
    if (pipelines.some(isRunning)) memory.quietSince = clock.elapsed();
    if (JSON.stringify(pipelines) === JSON.stringify(watch.pipelines)) return watch;
    memory.changedAt = clock.elapsed();
    // A run that ended since the last look was running meanwhile.
    if (countEnded(pipelines) > countEnded(watch.pipelines)) memory.quietSince = clock.elapsed();
    const state = pipelines.some(({ startedAt }) => startedAt !== null) ? 'running' : watch.state;
    const saved = await store.savePipelineWatch(watch.id, { pipelines, state });
    if (saved) reporter.pipelinesChanged(saved);
    return saved;
  }

  async #chooseDelay(watch: PipelineWatch, api: MeltanoApi, memory: Memory): Promise<StepResult> {
    const { clock, limits, random } = this.#context;
    const logDelay = await this.#readLog(watch, api);
    const interval = choosePollInterval(clock.elapsed() - memory.changedAt, limits.poll, random());
    if (logDelay !== null) return Math.min(interval, logDelay);
    const quietLeft = memory.quietSince + UNSEEN_AFTER_MS - clock.elapsed();
    const listing = LIST_MS * watch.pipelines.filter(isAwaited).length;
    return Math.max(1, Math.min(Math.max(interval, listing), quietLeft > 0 ? quietLeft : Infinity));
  }

  /** The longest delay until the log of a run is read again (milliseconds); null if none runs, or its log isn't shown. */
  async #readLog(watch: PipelineWatch, api: MeltanoApi): Promise<number | null> {
    const { repositories, logs, reporter } = this.#context;
    const shown = findShownLog(watch);
    if (!shown || watch.checkName === null || !watch.pipelines.some(isRunning)) return null;
    const repository = await repositories.getRepository(watch.repositoryId);
    if (!repository || chooseLogMode(watch, repository.private) !== 'live') return Infinity;
    const read = await logs.readOn(shown, shown.jobId, api);
    return reporter.logRead(watch, read.ok && read.value);
  }

  async #handleFailure(watch: PipelineWatch, failure: MeltanoFailure, memory: Memory): Promise<StepResult> {
    const { clock, limits, random } = this.#context;
    memory.failures += 1;
    const problem = describeReadFailure(watch.pipelines.find((one) => one.problem)?.problem ?? null, failure);
    const awaited = watch.pipelines.find(({ outcome }) => outcome === null);
    const isShown = memory.failures >= REPORT_AFTER_FAILURES || failure.kind === 'held';
    if (awaited && isShown) {
      const saved = await this.#save(watch, replacePipeline(watch, { ...awaited, problem }), memory);
      if (!saved) return 'go on';
    }
    if (judgeRead(failure).kind === 'refused') {
      memory.refusedSince ??= clock.elapsed();
      if (clock.elapsed() - memory.refusedSince >= REFUSAL_PATIENCE_MS)
        return this.#conclude(watch, 'refused');
    }
    return Math.max(chooseReadDelay(failure, memory.failures, random()), limits.poll.min);
  }

  async #conclude(
    watch: PipelineWatch,
    ending: WatchEnding,
    { supersededBy = null }: { readonly supersededBy?: string | null } = {},
  ): Promise<StepResult> {
    const { store, reporter, dispatcher, clock, log } = this.#context;
    const saved = await store.savePipelineWatch(watch.id, {
      state: 'concluded',
      ending,
      supersededBy,
      concludedAt: clock.now(),
    });
    if (!saved) return 'go on';
    const { account, workspaceId: workspace, repositoryId: repository } = saved;
    log.info({ account, workspace, repository, watch: saved.id, ending }, 'Pipelines are no longer watched');
    // The check run is concluded together with its log.
    if (saved.checkName !== null && findShownLog(saved)) dispatcher.wake('log', saved.id);
    else reporter.pipelinesChanged(saved);
    return 'go on';
  }
}

/** False for a pipeline that isn't there (yet): it has no runs. */
function isUnreadable<T>(listed: MeltanoResult<T>): listed is Extract<MeltanoResult<T>, { ok: false }> {
  return !listed.ok && judgeRead(listed.failure).kind !== 'missing';
}

function countEnded(pipelines: readonly WatchedPipeline[]): number {
  return pipelines.filter(({ endedAt }) => endedAt !== null).length;
}
