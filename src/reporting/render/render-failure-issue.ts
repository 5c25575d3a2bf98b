import type { Deployment } from '../../domain/deployment.ts';
import type { IssueText } from '../failure-issue.ts';
import type { CheckRunView } from './check-run-view.ts';
import { describeRequester, shortenSha } from './describe-deployment.ts';
import { describeCommit, describeState, linkWorkspaceOf } from './describe-shown.ts';
import { formatCode, linkWords } from './escape-markdown.ts';
import { explainEnd, REDEPLOY } from './explain-end.ts';
import { findRunUrl } from './github-links.ts';
import { renderWayBack } from './render-way-back.ts';
import { joinParts, type ReplyPart } from './reply-parts.ts';

/** GitHub allows 256 characters. The rest is for secrets that get longer when redacted. */
const TITLE_LENGTH = 200;
/** GitHub allows 65,536 characters. */
const BODY_LENGTH = 60_000;

const OUTLOOK =
  'The app updates this issue after each failure, and closes it when a deployment succeeds. If you close it, it stays closed until the error is a different one.';

/** The input of the issue about a broken workspace. */
export interface FailureIssueView {
  /** The newest failure, with its log if it was read. */
  readonly run: CheckRunView;
  readonly brokenSince: Deployment;
  /** The newest failures of workspaces that have no issue of their own. */
  readonly listed: readonly Deployment[];
  readonly marker: string;
  readonly errorKey: string | null;
}

/** An invisible marker by which the app finds the issue of a workspace. */
export function markFailureIssue(id: string): string {
  return `<!-- meltano-deploy:issue:${id} -->`;
}

/** The shown error, for an app without its database. A repaired workspace's issue has none. */
export function readErrorKey(body: string): string | null {
  return /<!-- meltano-deploy:error:([\w+/=]{1,100}) -->/.exec(body)?.[1] ?? null;
}

export function renderFailureIssue(view: FailureIssueView): IssueText {
  const { run, brokenSince, listed, marker, errorKey } = view;
  const { deployment } = run;
  const pages = toPages(run);
  const state = describeState(pages, { deployment, supersededBy: null });
  const by = describeRequester(deployment, (login) => formatCode(login));
  const facts = `**${state}:** ${linkWorkspaceOf(pages, deployment)}, branch ${formatCode(deployment.branch)}, commit ${describeCommit(pages, deployment)}, ${by}. ${linkRun(run, deployment)}.`;
  const since =
    brokenSince.id === deployment.id
      ? ''
      : `It has been failing since commit ${describeCommit(pages, brokenSince)}, ${describeRequester(brokenSince, (login) => formatCode(login))}.`;
  const explained = explainEnd(run).map((text) =>
    text.replaceAll(REDEPLOY, 'write `/redeploy` in a comment'),
  );
  const parts: ReplyPart[] = [
    facts,
    since,
    ...explained,
    ...renderWayBack(run, run.wayBack),
    listOthers(run, listed),
    OUTLOOK,
    errorKey === null ? marker : `${marker}\n<!-- meltano-deploy:error:${errorKey} -->`,
  ];
  return { title: renderTitle(brokenSince), body: joinParts(parts, BODY_LENGTH) };
}

/** The issue of a workspace that works again. */
export function renderRepairedIssue(run: CheckRunView, marker: string): string {
  const { deployment } = run;
  const pages = toPages(run);
  const state = describeState(pages, { deployment, supersededBy: null });
  const repaired = `**Repaired:** ${linkWorkspaceOf(pages, deployment)}, ${state.charAt(0).toLowerCase()}${state.slice(1)} with commit ${describeCommit(pages, deployment)}. ${linkRun(run, deployment)}.`;
  return joinParts([repaired, marker], BODY_LENGTH);
}

function toPages(run: CheckRunView) {
  const { repository, githubUrl, workspaceUrl } = run;
  return { repository, githubUrl, workspaceUrl: () => workspaceUrl };
}

/** In a title GitHub renders only code. A joiner keeps a mention and a reference from being one. */
function renderTitle({ workspaceName, sha }: Deployment): string {
  const end = ` fails since ${shortenSha(sha)}`;
  const begin = 'Deployment of ';
  const name = workspaceName
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[`<>*_~[\]\\|]/g, '')
    .replace(/[@#]/g, '$&\u2060')
    .trim();
  const room = TITLE_LENGTH - begin.length - end.length;
  const characters = [...(name || 'a workspace')];
  const shown =
    characters.length <= room ? characters.join('') : `${characters.slice(0, room - 1).join('')}…`;
  return `${begin}${shown}${end}`;
}

function listOthers(run: CheckRunView, listed: readonly Deployment[]): string {
  if (listed.length === 0) return '';
  const pages = toPages(run);
  const rows = listed.map(
    (one) =>
      `- ${formatCode(one.workspaceName)}, commit ${describeCommit(pages, one)}. ${linkRun(run, one)}.`,
  );
  return `These workspaces are failing too. They have no issues of their own, because five issues are open:\n\n${rows.join('\n')}`;
}

function linkRun(run: CheckRunView, deployment: Deployment): string {
  return linkWords('Check run', findRunUrl(run, deployment));
}
