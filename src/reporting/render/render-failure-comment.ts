import type { WayBack } from '../../domain/way-back.ts';
import type { NotedFailure } from '../failure-comment.ts';
import type { CommentPages } from './describe-shown.ts';
import { describeCommit, describeState, linkState, linkWorkspaceOf } from './describe-shown.ts';
import { formatCode, linkWords } from './escape-markdown.ts';
import { formatCount } from './format-numbers.ts';
import { findRunUrl } from './github-links.ts';
import { renderWayBack } from './render-way-back.ts';
import { joinParts, layTable, type ReplyPart } from './reply-parts.ts';

/** GitHub allows 65,536 characters. The rest is for the marker, and for secrets that get longer when redacted. */
const COMMENT_LENGTH = 65_000;

/** The input of a comment about a commit's failed deployments. */
export interface FailureCommentView extends CommentPages {
  /** At least one. */
  readonly failures: readonly NotedFailure[];
  /** The only failure, until it is repaired. */
  readonly wayBack: WayBack | null;
}

/** An invisible marker by which the app finds its own comment. */
export function markFailureComment(id: string): string {
  return `<!-- meltano-deploy:failure:${id} -->`;
}

/** The comment on the pull request whose commit failed to deploy, in GitHub's Markdown. Pure. */
export function renderFailureComment(view: FailureCommentView): string {
  const [only, another] = view.failures;
  const isOpen = view.failures.some((one) => one.repairedBy === null);
  const outlook = isOpen ? 'This comment is updated when a later deployment succeeds.' : '';
  const main =
    only && !another ? [renderOne(view, only), ...renderWayBack(view, view.wayBack)] : renderSeveral(view);
  return joinParts([...main, outlook], COMMENT_LENGTH);
}

function renderOne(view: FailureCommentView, { deployment, repairedBy }: NotedFailure): string {
  const workspace = linkWorkspaceOf(view, deployment);
  const failed = describeState(view, { deployment, supersededBy: null });
  const run = linkWords('Check run', findRunUrl(view, deployment));
  if (repairedBy === null) {
    return `**${failed}:** ${workspace}, branch ${formatCode(deployment.branch)}, commit ${describeCommit(view, deployment)} of this pull request. ${run}.`;
  }
  const deployed = linkState(view, { deployment: repairedBy, supersededBy: null });
  return `**Repaired:** ${workspace}, ${lowerFirst(deployed)} with commit ${describeCommit(view, repairedBy)}.\n\nThe deployment of commit ${describeCommit(view, deployment)} of this pull request had failed. ${run}.`;
}

function renderSeveral(view: FailureCommentView): ReplyPart[] {
  const { failures } = view;
  const repaired = failures.filter((one) => one.repairedBy !== null).length;
  const rows = failures.map(({ deployment, repairedBy }) => [
    linkWorkspaceOf(view, deployment),
    formatCode(deployment.branch),
    describeCommit(view, deployment),
    linkState(view, { deployment, supersededBy: null }),
    repairedBy === null ? '' : describeCommit(view, repairedBy),
  ]);
  const all = formatCount(failures.length);
  const headline =
    repaired === failures.length
      ? `Repaired: all ${all} deployments of this pull request that had failed`
      : `${formatCount(failures.length - repaired)} of ${all} workspaces failed to deploy this pull request`;
  return [`**${headline}**`, layTable(['Workspace', 'Branch', 'Commit', 'State', 'Repaired by'], rows)];
}

/** Also in the text of a link. */
function lowerFirst(words: string): string {
  return words.replace(/^\[?[A-Z]/, (first) => first.toLowerCase());
}
