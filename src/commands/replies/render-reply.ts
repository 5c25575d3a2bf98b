import type { CommandRecord } from '../../domain/conversation.ts';
import { formatCode, formatLink, linkWords } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { joinParts, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { formatCommand } from '../format-command.ts';
import { renderApprove } from './render-approve.ts';
import { renderHelp } from './render-help.ts';
import { renderLock, renderUnlock } from './render-lock.ts';
import { renderLogs } from './render-logs.ts';
import { renderPipelineJobs, renderPreview } from './render-pipeline-jobs.ts';
import { renderPipelines } from './render-pipelines.ts';
import { renderRedeploy } from './render-redeploy.ts';
import { renderRefusal } from './render-refusal.ts';
import { renderStatus } from './render-status.ts';
import { renderWhy } from './render-why.ts';
import { renderWithdraw } from './render-withdraw.ts';
import type { ReplyView } from './reply-view.ts';

/**
 * GitHub allows 65,536 characters. The rest is for the marker, and for secrets that get longer when redacted.
 */
const REPLY_LENGTH = 65_000;

/**
 * The reply to a command in GitHub's Markdown. Pure. Outside text is in code spans, so that it creates no links or
 * mentions.
 */
export function renderReply(view: ReplyView): string {
  const parts = [...renderBody(view), remarkOnIgnored(view.command), nameQuestion(view)];
  return joinParts(parts, REPLY_LENGTH);
}

function renderBody(view: ReplyView): ReplyPart[] {
  const { body } = view;
  switch (body.kind) {
    case 'refused':
      return renderRefusal(view, body);
    case 'redeploy':
      return renderRedeploy(view, body);
    case 'withdraw':
      return renderWithdraw(view, body);
    case 'approve':
      return renderApprove(view, body);
    case 'lock':
      return renderLock(view, body);
    case 'unlock':
      return renderUnlock(view, body);
    case 'status':
      return renderStatus(view, body);
    case 'logs':
      return renderLogs(view, body);
    case 'why':
      return renderWhy(view, body);
    case 'pipelines':
      return renderPipelines(view, body);
    case 'preview':
      return renderPreview(view, body);
    case 'verify':
    case 'run':
      return renderPipelineJobs(view, body);
    case 'help':
      return renderHelp(view, body);
  }
}

function remarkOnIgnored({ parsed }: CommandRecord): string {
  const ignored = parsed.kind === 'command' ? parsed.ignored : 0;
  if (ignored === 0) return '';
  const more = ignored === 1 ? '1 more command was' : `${formatCount(ignored)} more commands were`;
  return `${more} ignored: only the first command of a comment counts. Write a comment for each.`;
}

/** Links to the comment, because GitHub doesn't show which comment a reply answers. */
function nameQuestion(view: ReplyView): string {
  const { parsed, actor } = view.command;
  const address = findComment(view);
  const comment =
    parsed.kind === 'command'
      ? formatLink(formatCommand(parsed.command), address)
      : linkWords('a comment', address);
  return `Reply to ${comment} by ${formatCode(actor) || 'somebody'}.`;
}

function findComment({ githubUrl, repository, command }: ReplyView): string {
  const { place, commentId } = command;
  const base = `${githubUrl}/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}`;
  switch (place.kind) {
    case 'issue':
      return `${base}/issues/${place.number}#issuecomment-${commentId}`;
    case 'pull_request':
      return `${base}/pull/${place.number}#issuecomment-${commentId}`;
    case 'commit':
      return `${base}/commit/${place.sha}#commitcomment-${commentId}`;
  }
}
