import type { ShownWorkspace, WorkspaceLag } from '../../domain/conversation.ts';
import { describeRequester } from '../../reporting/render/describe-deployment.ts';
import {
  describeCommit,
  describeState,
  linkState,
  linkWorkspace,
  type ShownDeployment,
} from '../../reporting/render/describe-shown.ts';
import { formatCode } from '../../reporting/render/escape-markdown.ts';
import { formatCount, formatMinute } from '../../reporting/render/format-numbers.ts';
import { layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import { describeLag, describeOthers } from './render-lag.ts';
import { describeLock } from './render-lock.ts';
import { renderFailing } from './render-pipelines.ts';
import type { BodyOf, ReplyView, WorkspaceStatus } from './reply-view.ts';

const COLUMNS = ['State', 'Commit', 'Requested by', 'Time'];

/** The last deployments of each workspace, how far it is behind, and its failing pipelines. */
export function renderStatus(view: ReplyView, body: BodyOf<'status'>): ReplyPart[] {
  return [...renderDeployments(view, body), renderLocks(view, body), ...renderFailing(view, body.failing)];
}

function renderLocks(view: ReplyView, { workspaces, locks = [] }: BodyOf<'status'>): string {
  const lines = locks.map((lock) => {
    const workspace = workspaces.find(({ id }) => id === lock.workspaceId);
    const what = workspace ? `${linkWorkspace(view, workspace)} is` : 'All workspaces of this repository are';
    return `${what} locked by ${describeLock(lock)}.`;
  });
  return lines.join('\n\n');
}

function renderDeployments(view: ReplyView, { statuses, lags = [] }: BodyOf<'status'>): ReplyPart[] {
  const [only, another] = statuses;
  if (only && !another) return [...renderOne(view, only), ...lags.map((lag) => renderLag(view, lag))];
  const rows = statuses.flatMap((one) => listRows(view, one));
  return [
    `**Latest deployments** of ${formatCount(statuses.length)} workspaces, newest first`,
    layTable(['Workspace', ...COLUMNS], rows),
    renderLags(view, statuses, lags),
  ];
}

function renderOne(view: ReplyView, { workspace, recent }: WorkspaceStatus): ReplyPart[] {
  const [newest] = recent;
  const name = describeWorkspace(view, workspace);
  if (!newest) return [`**No deployment yet:** ${name}.`];
  const state = describeState(view, newest);
  const rows = recent.map((shown) => describeShown(view, shown));
  return [`**${state}:** ${name}. Latest deployments, newest first:`, layTable(COLUMNS, rows)];
}

function renderLag(view: ReplyView, lag: WorkspaceLag): string {
  const { receivedAt } = view.command;
  return `${describeLag(lag, receivedAt)}.${describeOthers(view, lag, receivedAt)}`;
}

function renderLags(
  view: ReplyView,
  statuses: readonly WorkspaceStatus[],
  lags: readonly WorkspaceLag[],
): string {
  const lines = lags.flatMap((lag) => {
    const workspace = statuses.map((one) => one.workspace).find(({ id }) => id === lag.workspaceId);
    return workspace ? [`- ${linkWorkspace(view, workspace)}: ${renderLag(view, lag)}`] : [];
  });
  return lines.join('\n');
}

function listRows(view: ReplyView, { workspace, recent }: WorkspaceStatus): string[][] {
  const name = describeWorkspace(view, workspace);
  if (recent.length === 0) return [[name, 'No deployment yet', '', '', '']];
  return recent.map((shown, index) => [index === 0 ? name : '', ...describeShown(view, shown)]);
}

function describeWorkspace(view: ReplyView, workspace: ShownWorkspace): string {
  return `${linkWorkspace(view, workspace)}, branch ${formatCode(workspace.branch)}`;
}

function describeShown(view: ReplyView, shown: ShownDeployment): string[] {
  const { deployment } = shown;
  return [
    linkState(view, shown),
    describeCommit(view, deployment),
    describeRequester(deployment, (login) => formatCode(login)),
    formatMinute(deployment.receivedAt),
  ];
}
