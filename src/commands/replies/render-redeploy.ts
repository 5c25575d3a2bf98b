import type { ShownWorkspace } from '../../domain/conversation.ts';
import { GATE_NAMES } from '../../reporting/render/describe-hold.ts';
import type { ShownDeployment } from '../../reporting/render/describe-shown.ts';
import {
  describeCommit,
  describeState,
  linkState,
  linkWorkspace,
  linkWorkspaceOf,
} from '../../reporting/render/describe-shown.ts';
import { formatCode, linkWords } from '../../reporting/render/escape-markdown.ts';
import { formatCount } from '../../reporting/render/format-numbers.ts';
import { findRunUrl } from '../../reporting/render/github-links.ts';
import { joinList, layTable, type ReplyPart } from '../../reporting/render/reply-parts.ts';
import type { BodyOf, ReplyView } from './reply-view.ts';

const HELD =
  '**Held by the project check:** correct the error and push, or write `/redeploy --force`, which requires the Maintain role.';

/** The progress of a redeployment, from its first to its last state. */
export function renderRedeploy(view: ReplyView, body: BodyOf<'redeploy'>): ReplyPart[] {
  const { deployments, missing, pushless = [] } = body;
  const [only, another] = deployments;
  const left = missing.length + pushless.length;
  const main = only && !another ? [renderOne(view, only)] : renderSeveral(view, deployments, left);
  return [
    ...main,
    ...explainGates(view, deployments),
    ...(missing.length === 0 ? [] : [`**Not redeployed:** ${describeMissing(view, missing)}`]),
    ...(pushless.length === 0 ? [] : [`**Not redeployed:** ${describePushless(view, pushless)}`]),
  ];
}

function explainGates(view: ReplyView, deployments: readonly ShownDeployment[]): string[] {
  const isHeld = deployments.some(({ deployment }) => deployment.reason === 'project_error');
  return [...(isHeld ? [HELD] : []), ...listForced(view, deployments)];
}

/** A sentence for each kind of gate. */
function listForced(view: ReplyView, deployments: readonly ShownDeployment[]): string[] {
  const forced = deployments.flatMap(({ deployment }) =>
    deployment.gates.flatMap(({ kind, passed }) =>
      passed?.how === 'forced'
        ? { kind, text: `${linkWorkspaceOf(view, deployment)} (${formatCode(passed.why)})` }
        : [],
    ),
  );
  return [...Map.groupBy(forced, ({ kind }) => kind)].map(
    ([kind, passes]) => `**Forced** past ${GATE_NAMES[kind]}: ${joinList(passes.map(({ text }) => text))}.`,
  );
}

/** Sentences about workspaces without a stored push. */
export function describePushless(view: ReplyView, pushless: readonly ShownWorkspace[]): string {
  const names = pushless.map((one) => `${linkWorkspace(view, one)} (branch ${formatCode(one.branch)})`);
  return `${joinList(names)} ${pushless.length === 1 ? 'needs' : 'need'} a push: this app sends the last push to Meltano Cloud again, and has none stored. Push once more.`;
}

/** A sentence about workspaces whose branch doesn't exist. */
export function describeMissing(view: ReplyView, missing: readonly ShownWorkspace[]): string {
  const branches = missing.map((one) => `${linkWorkspace(view, one)} tracks ${formatCode(one.branch)}`);
  return `${joinList(branches)}, which ${missing.length === 1 ? 'does' : 'do'} not exist in this repository.`;
}

function renderOne(view: ReplyView, shown: ShownDeployment): string {
  const { deployment } = shown;
  const what = `${linkWorkspaceOf(view, deployment)}, branch ${formatCode(deployment.branch)}, commit ${describeCommit(view, deployment)}`;
  if (deployment.state !== 'concluded') return `**Redeploying** ${what}. ${linkState(view, shown)}.`;
  const run = linkWords('Check run', findRunUrl(view, deployment));
  const ended = `**${describeState(view, shown)}:** ${what}. ${run}.`;
  return [ended, shown.error?.advice ?? ''].filter((text) => text !== '').join('\n\n');
}

function renderSeveral(
  view: ReplyView,
  deployments: readonly ShownDeployment[],
  missing: number,
): ReplyPart[] {
  const rows = deployments.map((shown) => [
    linkWorkspaceOf(view, shown.deployment),
    formatCode(shown.deployment.branch),
    describeCommit(view, shown.deployment),
    linkState(view, shown),
  ]);
  const advices = deployments.flatMap(({ deployment, error }) =>
    error?.advice ? [`${linkWorkspaceOf(view, deployment)}: ${error.advice}`] : [],
  );
  return [
    `**${sumUp(deployments, missing)}**`,
    layTable(['Workspace', 'Branch', 'Commit', 'State'], rows),
    ...advices,
  ];
}

function sumUp(deployments: readonly ShownDeployment[], missing: number): string {
  if (deployments.some(({ deployment }) => deployment.state !== 'concluded')) {
    return `Redeploying ${formatCount(deployments.length)} workspaces`;
  }
  const all = deployments.length + missing;
  const deployed = deployments.filter(({ deployment }) => deployment.conclusion === 'success').length;
  if (deployed === all) return `Deployed all ${formatCount(all)} workspaces`;
  if (deployed === 0) return `Deployed none of the ${formatCount(all)} workspaces`;
  return `Deployed ${formatCount(deployed)} of ${formatCount(all)} workspaces`;
}
