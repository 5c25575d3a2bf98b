import type { Deployment } from '../../domain/deployment.ts';
import type { LogSetting } from '../../domain/log-setting.ts';
import { capLogLine } from '../../logs/clean-log-line.ts';
import { adviseOnError, describeError } from '../../reporting/render/describe-error.ts';
import { linkState, linkWorkspace } from '../../reporting/render/describe-shown.ts';
import { fence, fenceOverhead, formatCode, linkWords } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { linkCommit } from '../../reporting/render/github-links.ts';
import type { ReplyPart } from '../../reporting/render/reply-parts.ts';
import type { BodyOf, ReplyView, ShownLog } from './reply-view.ts';

type ShownLines = Extract<ShownLog, { kind: 'shown' }>;

/** The end of a log, folded, or a link to it. */
export function renderLogs(view: ReplyView, { workspace, log, logMode = null }: BodyOf<'logs'>): ReplyPart[] {
  const name = linkWorkspace(view, workspace);
  if (log.kind === 'none') return [`**No log yet:** no deployment of ${name} has one.`];
  const page = linkWords('Meltano Cloud', view.workspaceUrl(workspace.id));
  const commit = linkCommit(view, log.deployment.deployedSha ?? log.deployment.sha);
  if (log.kind === 'hidden') {
    return [`**${explainHidden(log, logMode)}** View the log of ${name} (${commit}) on ${page}.`];
  }
  const of = `${name}, commit ${commit}`;
  if (log.kind === 'unreadable') {
    const problem = formatCode(log.problem) || 'no answer';
    return [`**The log could not be read** (${problem}): ${of}. View it on ${page}.`];
  }
  return renderLines(view, of, log);
}

function explainHidden({ mode }: Extract<ShownLog, { kind: 'hidden' }>, logMode: LogSetting): string {
  if (mode === 'final') return "This repository's configuration shows logs when the job has ended.";
  if (logMode === 'none') return "This repository's configuration hides logs.";
  return 'Logs are hidden in public repositories.';
}

function renderLines(view: ReplyView, of: string, log: ShownLines): ReplyPart[] {
  const lead = `**${describeLength(log)}** ${of}. ${describeJob(view, log.deployment)}`;
  const redacted = describeRedactions(log.redactions);
  const head = redacted === '' ? lead : `${lead} ${redacted}`;
  const { error } = log;
  const found = error === null ? [] : [describeError(error.message), adviseOnError(error) ?? ''];
  const parts = [head, ...found.filter((text) => text !== '')];
  return log.lines.length === 0 ? parts : [...parts, (room) => foldLines(log, room)];
}

function describeLength({ lines, totalLines }: ShownLines): string {
  if (totalLines === 0) return 'The log is empty:';
  if (lines.length >= totalLines) {
    return totalLines === 1
      ? 'The only line of the log:'
      : `All ${formatCount(totalLines)} lines of the log:`;
  }
  const last = lines.length === 1 ? 'The last line' : `The last ${formatCount(lines.length)} lines`;
  return `${last} of ${formatCount(totalLines)} of the log:`;
}

function describeJob(view: ReplyView, deployment: Deployment): string {
  const state = linkState(view, { deployment, supersededBy: null });
  return deployment.jobId === null ? `${state}.` : `Job ${formatCode(deployment.jobId)}: ${state}.`;
}

function describeRedactions(redactions: number): string {
  if (redactions === 0) return '';
  return redactions === 1
    ? '1 secret was redacted from the log.'
    : `${formatCount(redactions)} secrets were redacted from the log.`;
}

/** GitHub renders Markdown between the tags only after an empty line. */
const FOLD = ['<details><summary>Log</summary>\n\n', '\n\n</details>'] as const;
const CUT = 'Only the last lines fit into a comment.\n\n';

function foldLines({ lines }: ShownLines, room: number): string {
  const capped = lines.map((line) => capLogLine(line));
  const [open, close] = FOLD;
  const whole = capped.join('\n');
  let left = room - open.length - close.length - CUT.length - fenceOverhead(whole);
  let first = capped.length;
  while (first > 0) {
    left -= (capped[first - 1] ?? '').length + 1;
    if (left < 0) break;
    first--;
  }
  return `${open}${first === 0 ? '' : CUT}${fence(capped.slice(first).join('\n'))}${close}`;
}
