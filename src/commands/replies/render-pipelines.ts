import type { Job } from '../../domain/job.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { describeSchedule } from '../../project/plan/describe-schedule.ts';
import { linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatCount, formatDuration, formatMinute } from '../../reporting/render/format-numbers.ts';
import { joinList, layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { isFailing, type PipelineState, type WorkspacePipelines } from '../pipelines/read-pipelines.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

type ReadPipelines = Extract<WorkspacePipelines, { kind: 'read' }>;

const UTC_NOTE = "Schedules are read as UTC: Meltano Cloud doesn't document their time zone.";

/** All pipelines of workspaces. */
export function renderPipelines(view: ReplyView, { read }: BodyOf<'pipelines'>): ReplyPart[] {
  const known = read.filter((one) => one.kind === 'read');
  const rows = listRows(view, known, () => true);
  const names = joinList(known.map(({ workspace }) => linkWorkspace(view, workspace)));
  const lead = rows.length === 0 ? 'No pipelines' : formatPipelines(rows.length);
  const hasSchedule = known.some(({ pipelines }) => pipelines.some((one) => readSchedule(one.pipeline)));
  return [
    ...(known.length === 0 ? [] : [`**${lead}** of ${names}${rows.length === 0 ? '.' : ':'}`]),
    ...(rows.length === 0 ? [] : [layRows(known, ['Pipeline', 'Status', 'Schedule', 'Last run'], rows)]),
    ...(hasSchedule ? [UTC_NOTE] : []),
    ...describeUnread(view, read),
  ];
}

/** The failing pipelines, for the reply to `status`. */
export function renderFailing(view: ReplyView, read: readonly WorkspacePipelines[]): ReplyPart[] {
  const known = read.filter((one) => one.kind === 'read');
  const total = known.reduce((sum, { pipelines }) => sum + pipelines.length, 0);
  const rows = listRows(view, known, isFailing).map((cells) =>
    cells.filter((_, at) => at !== cells.length - 2),
  );
  const lead = `**${formatCount(rows.length)} of ${formatPipelines(total)} ${rows.length === 1 ? 'is' : 'are'} failing:**`;
  const none = total === 0 ? [] : [`No failing pipelines (of ${formatCount(total)}).`];
  return [
    ...(rows.length === 0 ? none : [lead, layRows(known, ['Pipeline', 'Status', 'Last run'], rows)]),
    ...describeUnread(view, read),
  ];
}

function layRows(
  known: readonly ReadPipelines[],
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): ReplyPart {
  return layTable(known.length > 1 ? ['Workspace', ...columns] : columns, rows);
}

/** With the workspace in front if there are several. */
function listRows(
  view: ReplyView,
  known: readonly ReadPipelines[],
  isListed: (state: PipelineState) => boolean,
): string[][] {
  return known.flatMap(({ workspace, pipelines }) =>
    pipelines.filter(isListed).map((state) => {
      const { pipeline, lastRun } = state;
      const cells = [
        formatCode(pipeline.name),
        formatCode(pipeline.status),
        describeStart(pipeline),
        describeRun(lastRun),
      ];
      return known.length > 1 ? [linkWorkspace(view, workspace), ...cells] : cells;
    }),
  );
}

function describeUnread(view: ReplyView, read: readonly WorkspacePipelines[]): string[] {
  const unread = read.filter((one) => one.kind === 'unreadable');
  const problems = unread.map(
    ({ workspace, problem }) =>
      `The pipelines of ${linkWorkspace(view, workspace)} could not be read: ${formatCode(problem) || 'no answer'}.`,
  );
  const skipped = read
    .flatMap((one) => (one.kind === 'read' ? one.pipelines : []))
    .filter(({ lastRun }) => lastRun === undefined).length;
  if (skipped === 0) return problems;
  return [...problems, `The last run of ${formatPipelines(skipped)} was not read.`];
}

function formatPipelines(count: number): string {
  return count === 1 ? '1 pipeline' : `${formatCount(count)} pipelines`;
}

/** Null for none. */
function readSchedule({ schedule }: Pipeline): string | null {
  const text = schedule?.trim() ?? '';
  return text === '' || text === '-' ? null : text;
}

/** What starts a pipeline: its schedule in words, a deployment, other pipelines. */
function describeStart(pipeline: Pipeline): string {
  const schedule = readSchedule(pipeline);
  const triggers = pipeline.triggeredBy.map((one) =>
    one.toLowerCase() === 'deploy' ? 'a deployment' : formatCode(one),
  );
  const starts = [
    ...(schedule === null ? [] : [describeSchedule(schedule) ?? formatCode(schedule)]),
    ...(triggers.length === 0 ? [] : [`after ${joinList(triggers)}`]),
  ];
  return starts.length === 0 ? 'none' : starts.join('; ');
}

/** How a run ended or where it is, and when it began. */
function describeRun(run: Job | null | undefined): string {
  if (run === undefined) return '';
  if (run === null) return 'none';
  const began = run.startTime ?? run.created;
  const words = describeStatus(run);
  return began === null ? words : `${words}, ${formatMinute(began)}`;
}

function describeStatus({ status, startTime, endTime }: Job): string {
  const time = startTime === null || endTime === null ? null : formatDuration(endTime - startTime);
  switch (status) {
    case 'COMPLETE':
      return time === null ? 'Complete' : `Complete in ${time}`;
    case 'ERROR':
      return time === null ? 'Failed' : `Failed after ${time}`;
    case 'STOPPED':
      return time === null ? 'Stopped' : `Stopped after ${time}`;
    case 'RUNNING':
      return 'Running';
    case 'QUEUED':
      return 'Queued';
    default:
      return formatCode(status);
  }
}
