import type { ShownWorkspace } from '../../domain/conversation.ts';
import { describeAwaitedAttempt } from '../../domain/job-attempts.ts';
import type { PipelineWatch, WatchedPipeline } from '../../domain/pipeline-watch.ts';
import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { adviseOnStart, measure } from '../../reporting/render/describe-watch.ts';
import { formatCode, linkWords } from '../../reporting/render/escape-markdown.ts';
import { formatCount, formatDuration } from '../../reporting/render/format-numbers.ts';
import { findRunUrl } from '../../reporting/render/github-links.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { formatCommand } from '../format-command.ts';
import type { BodyOf, ReplyView, ShownWatch } from './reply-view.ts';

/** The longest command that is shown whole. */
const LONGEST_COMMAND = 500;

/** Says what `run` would do: without `--yes` it starts nothing. */
export function renderPreview(view: ReplyView, { workspace, pipeline }: BodyOf<'preview'>): ReplyPart[] {
  const { parsed } = view.command;
  const asked = parsed.kind === 'command' && parsed.command.name === 'run' ? parsed.command : null;
  const next = asked ?? { name: 'run', pipeline: pipeline.id, workspace: null };
  const line = formatCode(formatCommand({ ...next, isConfirmed: true }), LONGEST_COMMAND);
  return [
    `**Nothing was started.** This would run ${namePipeline(view, pipeline, workspace)} now, with its settings on Meltano Cloud. A run moves data and may cost money. To run it, write ${line}.`,
  ];
}

/** The progress of a run or of verifications. */
export function renderPipelineJobs(view: ReplyView, body: BodyOf<'run'> | BodyOf<'verify'>): ReplyPart[] {
  const { workspace, watch } = body;
  if (watch === null) return [`**Unknown:** the result is no longer stored.`];
  const leftOut = body.kind === 'verify' ? describeLeftOut(body.leftOut) : [];
  const shown = watch.pipelines.map((pipeline) => ({ kind: body.kind, workspace, watch, pipeline }));
  const [only, another] = shown;
  if (only && !another) return [renderOne(view, only), ...leftOut];
  const rows = shown.map((one) => [formatCode(one.pipeline.name), describeCell(view, one)]);
  return [
    `**${sumUp(watch)}** of ${linkWorkspace(view, workspace)}`,
    layTable(['Pipeline', 'Result'], rows),
    ...leftOut,
  ];
}

interface ShownJob {
  readonly kind: 'run' | 'verify';
  readonly workspace: ShownWorkspace;
  readonly watch: ShownWatch;
  readonly pipeline: ShownWatch['pipelines'][number];
}

function renderOne(view: ReplyView, shown: ShownJob): string {
  const { kind, workspace, pipeline, watch } = shown;
  const name = namePipeline(view, pipeline, workspace);
  const run = watch.checkName === null ? '' : `${linkWords('Check run', findRunUrl(view, watch))}.`;
  if (watch.state !== 'concluded') {
    const doing = kind === 'run' ? 'Running' : 'Verifying';
    return `**${doing}** ${name}: ${describeProgress(pipeline)}. ${run}`.trimEnd();
  }
  const { head, advice } = describeEnd(view, shown);
  return [`**${head}:** ${name}.`, advice, run].filter((text) => text !== '').join(' ');
}

function namePipeline(
  view: ReplyView,
  { name }: { readonly name: string },
  workspace: ShownWorkspace,
): string {
  return `the pipeline ${formatCode(name)} of ${linkWorkspace(view, workspace)}`;
}

function describeCell(view: ReplyView, shown: ShownJob): string {
  if (shown.pipeline.outcome === null && shown.watch.state !== 'concluded') {
    const words = describeProgress(shown.pipeline);
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  const { head, advice } = describeEnd(view, shown);
  return advice === '' ? head : `${head}. ${advice}`;
}

function sumUp({ state, pipelines }: PipelineWatch): string {
  const all = formatCount(pipelines.length);
  if (state !== 'concluded') return `Verifying ${all} pipelines`;
  const passed = pipelines.filter(({ outcome }) => outcome === 'succeeded').length;
  if (passed === pipelines.length) return `Verified all ${all} pipelines`;
  return `Verified ${formatCount(passed)} of ${all} pipelines`;
}

function describeLeftOut(count: number): string[] {
  if (count === 0) return [];
  return count === 1
    ? ['1 more pipeline was left out: name it to verify it.']
    : [`${formatCount(count)} more pipelines were left out: name one to verify it.`];
}

/** Without times, since each change of a reply is an edit on GitHub. */
function describeProgress({ jobStatus, start, problem, attempts }: WatchedPipeline): string {
  const awaited = describeAwaitedAttempt(attempts);
  if (awaited !== null) return awaited;
  if (jobStatus === 'QUEUED') return 'queued on Meltano Cloud';
  if (jobStatus !== null) return jobStatus === 'RUNNING' ? 'running' : formatCode(jobStatus);
  if (start?.outcome === 'lost') return 'the answer to the start was lost, so the app is looking for the job';
  return problem === null ? 'waiting' : `${formatCode(problem)}; trying again`;
}

interface End {
  /** Begins a sentence, without its full stop. */
  readonly head: string;
  /** Whole sentences, or empty. */
  readonly advice: string;
}

function describeEnd(view: ReplyView, { kind, workspace, pipeline }: ShownJob): End {
  const { outcome, problem, error } = pipeline;
  const ms = measure(pipeline);
  const after = ms === null ? '' : ` after ${formatDuration(ms)}`;
  const detail = problem === null ? '' : `: ${formatCode(problem)}`;
  const page = linkWords('Meltano Cloud', view.workspaceUrl(workspace.id));
  switch (outcome) {
    case 'succeeded':
      if (kind === 'verify') return { head: 'Verified', advice: '' };
      return { head: ms === null ? 'Run succeeded' : `Run succeeded in ${formatDuration(ms)}`, advice: '' };
    case 'failed': {
      const head = kind === 'verify' ? 'Verification failed' : `Run failed${after}`;
      return {
        head: error === null ? head : `${head}: ${formatCode(error.message)}`,
        advice: [error?.advice, `Its log is on ${page}.`].filter((text) => text).join(' '),
      };
    }
    case 'stopped':
      return {
        head: `Stopped${after}`,
        advice: `It was stopped on ${page}, by a person or by its time limit.`,
      };
    case 'deleted':
      return { head: 'Deleted', advice: `Its job was deleted on ${page}.` };
    case 'not_started':
      return { head: `Not started${detail}`, advice: adviseOnStart(problem) };
    case 'unseen':
    case 'unknown':
      return {
        head: 'Possibly not started',
        advice: `The answer to the start was lost, and no job was seen. Look at ${page} before you try again.`,
      };
    case null:
      return { head: `No longer watched${detail}`, advice: `It may still be running: see ${page}.` };
  }
}
