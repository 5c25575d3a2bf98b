import type { ShownWorkspace } from '../../domain/conversation.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { ShownDeployment } from '../../reporting/render/describe-shown.ts';
import {
  describeCommit,
  describeState,
  linkWorkspace,
  linkWorkspaceOf,
} from '../../reporting/render/describe-shown.ts';
import { linkWords } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { findRunUrl } from '../../reporting/render/github-links.ts';
import { joinList, layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

/** The progress of a withdrawal. */
export function renderWithdraw(view: ReplyView, { deployments, idle }: BodyOf<'withdraw'>): ReplyPart[] {
  if (deployments.length === 0) return [`**Nothing to withdraw:** ${describeIdle(view, idle)}`];
  const [only, another] = deployments;
  const main = only && !another ? [renderOne(view, only)] : renderSeveral(view, deployments);
  return idle.length === 0 ? main : [...main, `Nothing to withdraw: ${describeIdle(view, idle)}`];
}

function describeIdle(view: ReplyView, idle: readonly ShownWorkspace[]): string {
  const of = idle.length === 0 ? '' : ` of ${joinList(idle.map((one) => linkWorkspace(view, one)))}`;
  return `no deployment${of} is waiting or running.`;
}

function renderOne(view: ReplyView, shown: ShownDeployment): string {
  const { deployment } = shown;
  const what = `${linkWorkspaceOf(view, deployment)}, commit ${describeCommit(view, deployment)}`;
  const run = linkWords('Check run', findRunUrl(view, deployment));
  if (deployment.state !== 'concluded')
    return `**Withdrawing** ${what}: ${describeNext(deployment)}. ${run}.`;
  const result = describeResult(view, shown);
  return `**${result}:** ${what}. ${run}.`;
}

function renderSeveral(view: ReplyView, deployments: readonly ShownDeployment[]): ReplyPart[] {
  const rows = deployments.map((shown) => {
    const { deployment } = shown;
    const words =
      deployment.state === 'concluded' ? describeResult(view, shown) : capitalize(describeNext(deployment));
    return [
      linkWorkspaceOf(view, deployment),
      describeCommit(view, deployment),
      words,
      linkWords('Check run', findRunUrl(view, deployment)),
    ];
  });
  return [`**${sumUp(deployments)}**`, layTable(['Workspace', 'Commit', 'State', 'Details'], rows)];
}

function sumUp(deployments: readonly ShownDeployment[]): string {
  const all = formatCount(deployments.length);
  if (deployments.some(({ deployment }) => deployment.state !== 'concluded')) {
    return `Withdrawing ${all} deployments`;
  }
  const withdrawn = deployments.filter(isWithdrawn).length;
  if (withdrawn === deployments.length) return `Withdrew all ${all} deployments`;
  if (withdrawn === 0)
    return `Withdrew none of ${all} deployments: they had ended before they could be stopped`;
  return `Withdrew ${formatCount(withdrawn)} of ${all} deployments`;
}

function isWithdrawn({ deployment }: ShownDeployment): boolean {
  return deployment.reason === 'withdrawn';
}

/** The state of an open deployment that is being withdrawn. */
function describeNext({ state }: Deployment): string {
  if (state === 'waiting') return 'it will not be started';
  return state === 'running' ? 'its job is being stopped' : 'its job will be stopped as soon as it runs';
}

function describeResult(view: ReplyView, shown: ShownDeployment): string {
  const state = describeState(view, shown);
  return isWithdrawn(shown) ? state : `Not withdrawn, because it ended before it could be stopped. ${state}`;
}

function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
