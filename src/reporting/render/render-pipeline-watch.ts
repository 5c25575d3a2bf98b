import type { CheckAnnotation } from '../../domain/commit-run.ts';
import type { Repository } from '../../domain/deployment.ts';
import type { FirstError, LogExcerpt } from '../../domain/log-excerpt.ts';
import {
  choosePipelineShown,
  type PipelineWatch,
  type WatchedPipeline,
} from '../../domain/pipeline-watch.ts';
import { cutBytes, OUTPUT_BYTES } from '../../domain/truncate-bytes.ts';
import type { CheckRunFields, OtherDeployment } from './check-run-view.ts';
import { type LogView, shortenSha, showableLog } from './describe-deployment.ts';
import { adviseOnErrors } from './describe-error.ts';
import { adviseOnStart, concludeWatch, describeWatch, measure } from './describe-watch.ts';
import { formatCode, formatLink, formatTableRow } from './escape-markdown.ts';
import { formatDuration } from './format-numbers.ts';
import { findRunUrl } from './github-links.ts';
import { annotateErrors, formatTime } from './render-check-run.ts';
import { renderText } from './render-text.ts';
import { formatTitle } from './render-title.ts';

/** GitHub accepts 50 annotations in a request. */
const MAX_ANNOTATIONS = 50;
/** How many rows the table has. The rest is counted. */
const MAX_ROWS = 100;

/** The input of the check run of a watch. */
export interface PipelineWatchView {
  readonly watch: PipelineWatch;
  readonly repository: Repository;
  /** The page of the workspace on Meltano Cloud. */
  readonly workspaceUrl: string;
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  /** The deployment that triggered the runs. */
  readonly deployment: OtherDeployment | null;
  /** The newer deployment that ended the watch. */
  readonly supersededBy: OtherDeployment | null;
  /** Null if nothing was read yet. */
  readonly logOf: (jobId: string) => LogExcerpt | null;
  readonly deployTimeoutMinutes: number;
  readonly now: number;
}

/** The fields of the check run about jobs of pipelines. Pure; a later `view.now` changes only the title. */
export function renderPipelineWatch(view: PipelineWatchView): CheckRunFields {
  const { watch } = view;
  const shown = choosePipelineShown(watch.pipelines);
  const text = shown?.jobId ? renderText(viewLog(view, shown)) : undefined;
  const annotations = renderAnnotations(view);
  return {
    name: watch.checkName ?? '',
    head_sha: watch.sha,
    external_id: watch.id,
    details_url: view.workspaceUrl,
    status: watch.state === 'concluded' ? 'completed' : watch.state === 'running' ? 'in_progress' : 'queued',
    started_at: formatTime(watch.createdAt),
    ...(watch.state === 'concluded'
      ? {
          conclusion: concludeWatch(watch),
          completed_at: formatTime(Math.max(watch.createdAt, watch.concludedAt ?? 0)),
        }
      : {}),
    output: {
      title: renderTitle(view),
      summary: renderSummary(view),
      ...(text === undefined ? {} : { text }),
      ...(annotations.length === 0 ? {} : { annotations }),
    },
  };
}

function viewLog(
  { watch, repository, workspaceUrl, logOf }: PipelineWatchView,
  { jobId }: WatchedPipeline,
): LogView {
  const { log, state } = watch;
  return {
    deployment: { jobId, log, state },
    repository,
    workspaceUrl,
    log: jobId === null ? null : logOf(jobId),
  };
}

function findError(view: PipelineWatchView, pipeline: WatchedPipeline): FirstError | null {
  return showableLog(viewLog(view, pipeline))?.firstError ?? null;
}

function renderTitle(view: PipelineWatchView): string {
  const { watch, supersededBy, deployTimeoutMinutes, now } = view;
  const errorOf = (pipeline: WatchedPipeline) => findError(view, pipeline)?.message ?? null;
  return formatTitle(describeWatch(watch, { supersededBy, errorOf, deployTimeoutMinutes, now }));
}

function renderAnnotations(view: PipelineWatchView): CheckAnnotation[] {
  const { state, pipelines, directory } = view.watch;
  if (state !== 'concluded') return [];
  const failed = pipelines.filter(({ outcome }) => outcome === 'failed');
  const errors = failed.flatMap((one) => showableLog(viewLog(view, one))?.locatedErrors ?? []);
  return annotateErrors(directory, errors).slice(0, MAX_ANNOTATIONS);
}

/** Does not depend on `view.now`. */
function renderSummary(view: PipelineWatchView): string {
  const paragraphs = [
    explainRerun(view),
    explain(view),
    renderTable(view),
    ...advise(view),
    renderFacts(view),
    remarkOnLog(view),
  ];
  return cutBytes(paragraphs.filter((text) => text !== '').join('\n\n'), OUTPUT_BYTES);
}

function explainRerun({ watch: { rerun } }: PipelineWatchView): string {
  if (rerun?.kind !== 'refused') return '';
  return `**Nothing was run again:** ${formatCode(rerun.by)} re-ran this check, but ${rerun.why}.`;
}

function explain(view: PipelineWatchView): string {
  const { watch, supersededBy } = view;
  const page = formatLink('Meltano Cloud', view.workspaceUrl);
  const outcomes = new Set(watch.pipelines.map(({ outcome }) => outcome));
  if (watch.ending === 'superseded') {
    const newer = supersededBy && formatLink(shortenSha(supersededBy.sha), findRunUrl(view, supersededBy));
    return `A newer deployment of the workspace, ${newer ?? 'which is no longer stored'}, started. Its own check run shows the runs after it.`;
  }
  if (watch.ending === 'timed_out' || watch.ending === 'refused') {
    return `Runs may still go on. View them on ${page}.`;
  }
  if (watch.purpose === 'run') return explainRun(watch, page);
  if (outcomes.has('failed')) {
    return `The deployment succeeded, but a run after it failed. Correct the error, then push, or run the pipeline again on ${page}.`;
  }
  if (outcomes.has('unseen')) {
    return `No run was seen for 3 min. Meltano Cloud doesn't list waiting runs, so one may start later. View it on ${page}.`;
  }
  return '';
}

/** A run that a person requested. */
function explainRun({ pipelines }: PipelineWatch, page: string): string {
  const again = `run it again with \`/meltano run\` in a comment, or on ${page}`;
  const [pipeline] = pipelines;
  switch (pipeline?.outcome) {
    case 'failed':
      return `The run failed. Correct the error, then ${again}.`;
    case 'not_started':
      return `Nothing was run. ${adviseOnStart(pipeline.problem) || `Remove the cause, then ${again}.`}`;
    case 'unknown':
      return `The answer to the start was lost, and no run was seen. Look at ${page} before you run it again.`;
    default:
      return '';
  }
}

function renderTable(view: PipelineWatchView): string {
  const { pipelines } = view.watch;
  const rows = pipelines.slice(0, MAX_ROWS).map((pipeline) => {
    const ms = measure(pipeline);
    return formatTableRow([
      formatCode(pipeline.name),
      describeResult(view, pipeline),
      ms === null ? '' : formatDuration(ms),
      formatCode(pipeline.jobId ?? ''),
    ]);
  });
  const more = pipelines.length - rows.length;
  return [
    '| Pipeline | Result | Run time | Job |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(more > 0 ? [`\n${more} more pipelines are omitted.`] : []),
  ].join('\n');
}

const RESULTS: Readonly<Record<NonNullable<WatchedPipeline['outcome']>, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  stopped: 'stopped on Meltano Cloud',
  deleted: 'the run was deleted on Meltano Cloud',
  unseen: 'no run was seen',
  not_started: 'could not be started',
  unknown: 'it is unknown whether the run started',
};

function describeResult(view: PipelineWatchView, pipeline: WatchedPipeline): string {
  const { outcome, jobStatus, problem } = pipeline;
  const result = outcome === null ? formatCode(jobStatus ?? '', 40) || 'waiting' : RESULTS[outcome];
  const error = outcome === 'failed' ? (findError(view, pipeline)?.message ?? null) : problem;
  return error === null ? result : `${result}: ${formatCode(error)}`;
}

function advise(view: PipelineWatchView): string[] {
  const failed = view.watch.pipelines.filter(({ outcome }) => outcome === 'failed');
  return adviseOnErrors(
    failed.slice(0, MAX_ROWS).map((pipeline) => ({
      named: formatCode(pipeline.name),
      error: findError(view, pipeline),
    })),
  );
}

function renderFacts({ watch, workspaceUrl, deployment, ...pages }: PipelineWatchView): string {
  const workspace =
    formatLink(watch.workspaceName, workspaceUrl) || formatLink(watch.workspaceId, workspaceUrl);
  const of = deployment && formatLink(shortenSha(deployment.sha), findRunUrl(pages, deployment));
  const by = formatCode(watch.requestedBy);
  return [`Workspace: ${workspace}`, of && `Deployment: ${of}`, by && `Requested by: ${by}`]
    .filter((text) => text)
    .join(' · ');
}

function remarkOnLog(view: PipelineWatchView): string {
  const shown = choosePipelineShown(view.watch.pipelines);
  if (!shown?.jobId) return '';
  const page = formatLink('Meltano Cloud', view.workspaceUrl);
  if (showableLog(viewLog(view, shown)) === null) return `The log isn't shown here. View it on ${page}.`;
  return `The log is that of ${formatCode(shown.name)}.`;
}
