import { describeAwaitedAttempt } from '../../domain/job-attempts.ts';
import type { PipelineWatch, WatchedPipeline } from '../../domain/pipeline-watch.ts';
import type { OtherDeployment } from './check-run-view.ts';
import { readAnsweredStatus, shortenSha } from './describe-deployment.ts';
import { formatDuration } from './format-numbers.ts';

/** The facts for `describeWatch` that aren't in the watch. */
export interface WatchFacts {
  readonly supersededBy: OtherDeployment | null;
  /** The error that ended a job, if it may be shown. */
  readonly errorOf: (pipeline: WatchedPipeline) => string | null;
  readonly deployTimeoutMinutes: number;
  readonly now: number;
}

/** The conclusion of a watch's check run. A pipeline that failed counts, however the watch ended. */
export function concludeWatch({
  ending,
  pipelines,
}: Pick<PipelineWatch, 'ending' | 'pipelines'>):
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'timed_out' {
  const outcomes = new Set(pipelines.map(({ outcome }) => outcome));
  if (outcomes.has('failed') || outcomes.has('not_started')) return 'failure';
  if (ending === 'superseded') return 'neutral';
  if (ending !== 'complete') return 'timed_out';
  if (outcomes.has('stopped') || outcomes.has('deleted')) return 'cancelled';
  return outcomes.has('unseen') || outcomes.has('unknown') ? 'neutral' : 'success';
}

/** The results of the jobs in half a sentence, as plain text. */
export function describeWatch(watch: PipelineWatch, facts: WatchFacts): string {
  return watch.state === 'concluded' ? describeEnding(watch, facts) : describeNow(watch, facts);
}

function describeNow({ pipelines }: PipelineWatch, { now }: WatchFacts): string {
  const done = pipelines.filter(({ outcome }) => outcome !== null).length;
  const progress = done === 0 ? '' : ` (${done} of ${pipelines.length} done)`;
  const open = pipelines.filter(({ outcome }) => outcome === null);
  const running = open.find(({ startedAt }) => startedAt !== null);
  const problem = open.find((one) => one.problem !== null)?.problem ?? null;
  const trouble = problem === null ? '' : `; ${problem}: trying again`;
  const awaited = describeAwaitedAttempt(running?.attempts ?? null);
  if (running && awaited !== null) return `${running.name}: ${awaited}${progress}${trouble}`;
  if (running?.startedAt != null) {
    return `${running.name} has been running for ${formatDuration(now - running.startedAt)}${progress}${trouble}`;
  }
  const [only] = open;
  const which = open.length === 1 && only ? `the run of ${only.name}` : `${open.length} runs`;
  return `Waiting for ${which}${progress}${trouble}`;
}

function describeEnding(watch: PipelineWatch, facts: WatchFacts): string {
  const { pipelines, ending } = watch;
  if (pipelines.some(({ outcome }) => outcome === 'failed')) return describeFailures(pipelines, facts);
  switch (ending) {
    case 'superseded': {
      const { supersededBy } = facts;
      const newer = supersededBy === null ? 'a newer deployment' : shortenSha(supersededBy.sha);
      return `No longer watched: ${newer} is being deployed`;
    }
    case 'timed_out': {
      const isRunning = pipelines.some(({ outcome, startedAt }) => outcome === null && startedAt !== null);
      return `Still ${isRunning ? 'running' : 'waiting'} after ${facts.deployTimeoutMinutes} min: no longer watched`;
    }
    case 'refused': {
      const problem = pipelines.find((one) => one.problem !== null)?.problem;
      return `No longer watched${problem ? `: ${problem}` : ''}`;
    }
    default:
      return describeComplete(pipelines);
  }
}

function describeFailures(pipelines: readonly WatchedPipeline[], { errorOf }: WatchFacts): string {
  const failed = pipelines.filter(({ outcome }) => outcome === 'failed');
  const [first] = failed;
  if (!first) return '';
  const error = errorOf(first);
  const detail = error === null ? '' : `: ${error}`;
  if (pipelines.length === 1) return `${first.name} failed${after(first)}${detail}`;
  return `${failed.length} of ${pipelines.length} runs failed: ${nameAll(failed)}${detail}`;
}

function describeComplete(pipelines: readonly WatchedPipeline[]): string {
  const of = (wanted: WatchedPipeline['outcome']) => pipelines.filter(({ outcome }) => outcome === wanted);
  const succeeded = of('succeeded');
  const [only] = pipelines;
  if (pipelines.length === 1 && only) return describeOnly(only);
  const parts = [
    describeGroup(of('not_started'), 'could not be started'),
    describeGroup(of('stopped'), 'stopped on Meltano Cloud'),
    describeGroup(of('deleted'), 'deleted on Meltano Cloud'),
    describeGroup(of('unknown'), 'start unknown'),
    describeGroup(of('unseen'), 'no run was seen'),
  ].filter((part) => part !== '');
  const all = succeeded.length === pipelines.length;
  const begin = all
    ? `${pipelines.length} runs succeeded`
    : `${succeeded.length} of ${pipelines.length} runs succeeded`;
  return succeeded.length === 0 ? capitalise(parts.join('; ')) : [begin, ...parts].join('; ');
}

function describeOnly(pipeline: WatchedPipeline): string {
  const { name, outcome, problem } = pipeline;
  const detail = problem === null ? '' : `: ${problem}`;
  switch (outcome) {
    case 'succeeded':
      return `${name} succeeded${measure(pipeline) === null ? '' : ` in ${formatDuration(measure(pipeline) ?? 0)}`}`;
    case 'stopped':
      return `${name} was stopped on Meltano Cloud${after(pipeline)}`;
    case 'deleted':
      return `The run of ${name} was deleted on Meltano Cloud`;
    case 'not_started':
      return `${name} could not be started${detail}`;
    case 'unknown':
      return `It is unknown whether ${name} was started${detail}`;
    default:
      return `No run was seen: ${name}`;
  }
}

function describeGroup(pipelines: readonly WatchedPipeline[], what: string): string {
  return pipelines.length === 0 ? '' : `${what}: ${nameAll(pipelines)}`;
}

function nameAll(pipelines: readonly WatchedPipeline[]): string {
  return pipelines.map(({ name }) => name).join(', ');
}

function after(pipeline: WatchedPipeline): string {
  const ms = measure(pipeline);
  return ms === null ? '' : ` after ${formatDuration(ms)}`;
}

/** Says what to do after Meltano Cloud refused a start: a sentence, or nothing. */
export function adviseOnStart(problem: string | null): string {
  switch (readAnsweredStatus(problem)) {
    case 403:
      return 'The Meltano Cloud account of this app lacks the permission in this workspace.';
    case 409:
      return 'Only one pipeline of a workspace can run at a time. Try again when the other one has ended.';
    default:
      return '';
  }
}

/** How long the job ran (milliseconds). */
export function measure({ startedAt, endedAt }: WatchedPipeline): number | null {
  return startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt);
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
