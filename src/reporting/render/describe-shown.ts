import type { Deployment, DeploymentState, Repository } from '../../domain/deployment.ts';
import type { Hold } from '../../domain/gate.ts';
import { shortenSha } from './describe-deployment.ts';
import { describeEnd, type Wording } from './describe-end.ts';
import { describeHold } from './describe-hold.ts';
import { formatCode, formatLink, linkWords } from './escape-markdown.ts';
import { findRunUrl, linkCommit, type Pages, tookAnotherCommit } from './github-links.ts';

/** The targets of a comment's links. */
export interface CommentPages {
  readonly repository: Repository;
  /** GitHub's web origin, e.g. `https://github.com`. */
  readonly githubUrl: string;
  /** The page of a workspace on Meltano Cloud. */
  readonly workspaceUrl: (workspaceId: string) => string;
}

/** The error that ended a job. */
export interface ShownError {
  readonly message: string;
  /** Markdown; null if nothing is known about it. */
  readonly advice: string | null;
}

/** A deployment as a reply shows it. */
export interface ShownDeployment {
  readonly deployment: Deployment;
  /** The deployment that replaced it. */
  readonly supersededBy: Deployment | null;
  /** The error that ended the job, if it may be shown. */
  readonly error?: ShownError | null;
}

/** Without times, since each change of a reply is an edit on GitHub. */
const NOW: Readonly<Record<Exclude<DeploymentState, 'concluded'>, string>> = {
  waiting: 'Waiting',
  starting: 'Waiting',
  queued: 'Queued on Meltano Cloud',
  running: 'Running',
  settling: 'Deployed; waiting for the pipelines',
};

/** Outside text in a reply stands in code: it mentions nobody and makes no reference. */
function createReplyWording(pages: Pages): Wording {
  return {
    quote: (text) => formatCode(text),
    person: (login) => formatCode(login),
    commit: (other) => formatLink(shortenSha(other.sha), findRunUrl(pages, other)),
  };
}

/** The state of a deployment, or how it ended: Markdown that begins a sentence. */
export function describeState(view: CommentPages, shown: ShownDeployment): string {
  const { deployment, supersededBy, error = null } = shown;
  const wording = createReplyWording(view);
  if (deployment.state === 'concluded') {
    const facts = {
      supersededBy,
      error: error?.message ?? null,
      startTimeoutMinutes: null,
      deployTimeoutMinutes: null,
    };
    return describeEnd(deployment, facts, wording);
  }
  const { withdrawnBy } = deployment;
  const isHeld = deployment.state === 'waiting' && deployment.hold !== null;
  const now = isHeld ? describeHold(deployment.hold, wording) : describeNow(deployment.state, deployment);
  return withdrawnBy === null || deployment.state === 'settling'
    ? now
    : `${now}; being withdrawn by ${wording.person(withdrawnBy)}`;
}

function describeNow(state: keyof typeof NOW, { firstTry }: Deployment): string {
  if (firstTry === null || state === 'settling') return NOW[state];
  return state === 'running' ? 'Running (2nd try)' : '1st try failed; trying again';
}

/** What a deployment waits for at a gate: Markdown that begins a sentence. */
export function describeWait(pages: CommentPages, hold: Hold): string {
  return describeHold(hold, createReplyWording(pages));
}

/** The same as a link to the check run. */
export function linkState(view: CommentPages, shown: ShownDeployment): string {
  const words = describeState(view, shown);
  // The words already link to the newer deployment.
  if (shown.deployment.reason === 'superseded' && shown.supersededBy !== null) return words;
  const address = findRunUrl(view, shown.deployment);
  // Renderers disagree about backticks in a link's text, so outside text stays out of it.
  return words.includes('`') ? `${words} (${linkWords('check run', address)})` : linkWords(words, address);
}

export function linkWorkspace(
  view: CommentPages,
  { id, name }: { readonly id: string; readonly name: string },
): string {
  return formatLink(name, view.workspaceUrl(id)) || formatLink(id, view.workspaceUrl(id));
}

export function linkWorkspaceOf(view: CommentPages, { workspaceId, workspaceName }: Deployment): string {
  return linkWorkspace(view, { id: workspaceId, name: workspaceName });
}

/** The commit of a deployment; both commits if the job deployed another one. */
export function describeCommit(view: CommentPages, deployment: Deployment): string {
  const asked = linkCommit(view, deployment.sha);
  if (deployment.deployedSha === null || !tookAnotherCommit(deployment)) return asked;
  return `${linkCommit(view, deployment.deployedSha)} instead of ${asked}`;
}
