import { type Job, RUN_JOB_TYPE, VERIFY_JOB_TYPE } from '../domain/job.ts';
import { chooseReadDelay, judgeRead, judgeStart } from '../domain/judge-failure.ts';
import type { MeltanoApi, MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type {
  PipelineOutcome,
  PipelineStart,
  PipelineWatch,
  WatchedPipeline,
} from '../domain/pipeline-watch.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import { noteJob } from './pipeline-progress.ts';
import type { ReconcileContext, StepResult } from './reconcile-context.ts';

/** A queued job may be missing from the list, so the app searches this long for the job of a lost answer. */
const LOOK_FOR_MS = 2 * 60_000;
/** The longest wait between two looks. */
const LOOK_EVERY_MS = 15_000;
/** How long a verification waits while another job of the pipeline runs. */
const CONFLICT_PATIENCE_MS = 2 * 60_000;

/** The present start, in memory: a restart begins a new one. Times are by the clock's `elapsed`. */
export interface StartMemory {
  looks: number;
  lostSince: number | null;
  conflictSince: number | null;
}

/** Before the first attempt to start a pipeline's job. */
export const FRESH_START: StartMemory = {
  looks: 0,
  lostSince: null,
  conflictSince: null,
};

export interface PipelineToStart {
  readonly watch: PipelineWatch;
  readonly pipeline: WatchedPipeline;
  readonly api: MeltanoApi;
  readonly memory: StartMemory;
}

/** Stores the changed pipeline. False if the watch was concluded meanwhile. */
type Save = (pipeline: WatchedPipeline) => Promise<boolean>;

/**
 * Starts the job of one pipeline, at most once: the attempt is stored before the request. The job of a lost answer is
 * searched for in the pipeline's jobs.
 */
export async function startPipeline(
  context: ReconcileContext,
  toStart: PipelineToStart,
  save: Save,
): Promise<StepResult> {
  const { watch, pipeline, api, memory } = toStart;
  const { start } = pipeline;
  if (!start) return 'go on';
  const end = endWith(toStart, save);
  // The process ended during this attempt.
  if (start.outcome === 'open') return keep(save, pipeline, { ...start, outcome: 'lost' });
  const listed = await api.listPipelineJobs(pipeline.pipelineId);
  if (!listed.ok) {
    const problem = describeFailure(listed.failure);
    if (judgeRead(listed.failure).kind !== 'retry')
      return end(start.outcome === 'lost' ? 'unknown' : 'not_started', problem);
    return isOutOfTime(context, watch)
      ? end(start.outcome === 'lost' ? 'unknown' : 'not_started', problem)
      : later(context, memory, listed.failure);
  }
  if (start.outcome === 'lost') return lookForJob(context, toStart, listed.value, save);
  const attempted: PipelineStart = {
    attemptedAt: stamp(context.clock),
    knownJobIds: listed.value.map(({ id }) => id),
    outcome: 'open',
  };
  if (!(await save({ ...pipeline, start: attempted }))) return 'go on';
  const sent = { ...toStart, pipeline: { ...pipeline, start: attempted } };
  return settle(context, sent, await send(sent), save);
}

function send({ watch, pipeline, api }: PipelineToStart): Promise<MeltanoResult<Job>> {
  const { pipelineId } = pipeline;
  return watch.purpose === 'run' ? api.runPipeline(pipelineId) : api.verifyPipeline(pipelineId);
}

async function settle(
  context: ReconcileContext,
  toStart: PipelineToStart,
  sent: MeltanoResult<Job>,
  save: Save,
): Promise<StepResult> {
  const { watch, pipeline, memory } = toStart;
  if (sent.ok) return accept(context, toStart, sent.value, save);
  const { failure } = sent;
  const problem = describeFailure(failure);
  const end = endWith(toStart, save);
  const { account, workspaceId: workspace } = watch;
  const verdict = judgeStart(failure).kind;
  context.log.warn(
    { account, workspace, watch: watch.id, problem, verdict },
    'A job of a pipeline was not started',
  );
  const refused = pipeline.start && { ...pipeline.start, outcome: 'refused' as const };
  if (verdict === 'look')
    return keep(save, pipeline, pipeline.start && { ...pipeline.start, outcome: 'lost' });
  if (verdict === 'fail' || isOutOfTime(context, watch)) return end('not_started', problem);
  if (verdict === 'conflict') {
    memory.conflictSince ??= context.clock.elapsed();
    const isOver = context.clock.elapsed() - memory.conflictSince >= CONFLICT_PATIENCE_MS;
    if (watch.purpose === 'run' || isOver) return end('not_started', problem);
  }
  await save({ ...pipeline, start: refused, problem });
  return later(context, memory, failure);
}

async function lookForJob(
  context: ReconcileContext,
  toStart: PipelineToStart,
  listed: readonly Job[],
  save: Save,
): Promise<StepResult> {
  const { watch, pipeline, memory } = toStart;
  const type = watch.purpose === 'run' ? RUN_JOB_TYPE : VERIFY_JOB_TYPE;
  const known = new Set(pipeline.start?.knownJobIds);
  const made = listed
    .filter((job) => job.type === type && !known.has(job.id))
    .toSorted((a, b) => (a.created ?? 0) - (b.created ?? 0));
  if (made[0]) return accept(context, toStart, made[0], save);
  const now = context.clock.elapsed();
  memory.lostSince ??= now;
  // A second start could make a second job.
  if (now - memory.lostSince >= LOOK_FOR_MS) return endWith(toStart, save)('unknown', null);
  memory.looks += 1;
  return Math.min(LOOK_EVERY_MS, chooseRetryDelay(memory.looks, null, context.random()));
}

async function accept(
  { clock }: ReconcileContext,
  { pipeline, memory }: PipelineToStart,
  job: Job,
  save: Save,
): Promise<StepResult> {
  Object.assign(memory, FRESH_START);
  await save(noteJob(pipeline, job, clock));
  return 'go on';
}

async function keep(save: Save, pipeline: WatchedPipeline, start: PipelineStart | null): Promise<StepResult> {
  await save({ ...pipeline, start });
  return 'go on';
}

function endWith({ pipeline, memory }: PipelineToStart, save: Save) {
  return async (outcome: PipelineOutcome, problem: string | null): Promise<StepResult> => {
    // The next pipeline has its own time.
    Object.assign(memory, FRESH_START);
    await save({ ...pipeline, outcome, problem });
    return 'go on';
  };
}

function isOutOfTime({ clock, limits }: ReconcileContext, { createdAt }: PipelineWatch): boolean {
  return ageOf(clock, createdAt) >= limits.startMs;
}

function later({ random }: ReconcileContext, memory: StartMemory, failure: MeltanoFailure): StepResult {
  memory.looks += 1;
  return Math.min(LOOK_EVERY_MS, chooseReadDelay(failure, memory.looks, random()));
}
