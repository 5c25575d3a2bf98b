import { chooseLogMode, isHiddenPublicly } from '../../domain/log-setting.ts';
import { cutBytes, OUTPUT_BYTES } from '../../domain/truncate-bytes.ts';
import type { CheckRunView } from './check-run-view.ts';
import {
  describeRequester,
  measureQueue,
  measureRun,
  shortenSha,
  showableLog,
} from './describe-deployment.ts';
import { formatCode, formatLink, formatTableRow } from './escape-markdown.ts';
import { describeApproval } from './explain-approval.ts';
import { explainDeployment } from './explain-deployment.ts';
import { formatCount, formatDuration } from './format-numbers.ts';
import {
  findRunUrl,
  linkAccount,
  linkCommit,
  linkFile,
  linkProjectCheck,
  tookAnotherCommit,
} from './github-links.ts';
import { renderWayBack } from './render-way-back.ts';

const NO_ISSUE =
  'No issue was opened about this failure, because issues are disabled in this repository. The app tries again after a day.';

/** What happened, a table of facts, and remarks, in Markdown. Does not depend on `view.now`. */
export function renderSummary(view: CheckRunView): string {
  const paragraphs = [
    ...explainDeployment(view),
    ...renderWayBack(view, view.wayBack),
    view.areIssuesDisabled ? NO_ISSUE : '',
    explainBadFile(view),
    renderTable(view),
    explainOtherCommit(view),
    explainAdopted(view),
    ...explainGates(view),
    ...remarkOnLog(view),
  ];
  return cutBytes(paragraphs.filter((text) => text !== '').join('\n\n'), OUTPUT_BYTES);
}

function renderTable(view: CheckRunView): string {
  const { deployment } = view;
  const queue = measureQueue(deployment);
  const rows: [string, string][] = [
    [
      'Workspace',
      formatLink(deployment.workspaceName, view.workspaceUrl) ||
        formatLink(deployment.workspaceId, view.workspaceUrl),
    ],
    ['Environment', formatCode(deployment.environment ?? '')],
    ['Branch and directory', describePlace(deployment)],
    ['Requested commit', linkCommit(view, deployment.sha)],
    ['Deployed commit', describeDeployedCommit(view)],
    ['Requested by', describeRequester(deployment, (login) => linkAccount(view, login))],
    ['Approved by', describeApproval(view)],
    ['Redeployment of', linkRun(view, view.redeployOf)],
    ['Job', describeJob(view)],
    ['Queue time', queue === null ? '' : formatDuration(queue)],
    ['Run time', describeRunTime(view)],
  ];
  const [head, ...rest] = rows.filter(([, value]) => value !== '').map(formatTableRow);
  return [head, '| --- | --- |', ...rest].join('\n');
}

/** Empty if it is unknown, after a lost database. */
function describePlace({ branch, directory }: CheckRunView['deployment']): string {
  return branch === '' ? '' : `${formatCode(branch)}, ${formatCode(directory ?? '') || 'the root'}`;
}

function describeDeployedCommit(view: CheckRunView): string {
  const { deployedSha, jobId, state } = view.deployment;
  if (deployedSha !== null) return linkCommit(view, deployedSha);
  if (jobId === null) return '';
  return state === 'concluded' ? 'unknown' : 'not known yet';
}

function linkRun(view: CheckRunView, other: CheckRunView['redeployOf']): string {
  return other === null ? '' : formatLink(shortenSha(other.sha), findRunUrl(view, other));
}

function describeJob({ deployment }: CheckRunView): string {
  if (deployment.jobId === null) return '';
  const status = formatCode(deployment.jobStatus ?? '', 40);
  return status === '' ? formatCode(deployment.jobId) : `${formatCode(deployment.jobId)}, ${status}`;
}

function describeRunTime({ deployment }: CheckRunView): string {
  const run = measureRun(deployment);
  if (run !== null) return formatDuration(run);
  if (deployment.jobStartedAt === null) return '';
  return `since ${new Date(deployment.jobStartedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function explainOtherCommit(view: CheckRunView): string {
  const { sha, deployedSha } = view.deployment;
  if (deployedSha === null || !tookAnotherCommit(view.deployment)) return '';
  return (
    `**The job deployed ${linkCommit(view, deployedSha)} instead of ${linkCommit(view, sha)}:** Meltano Cloud always ` +
    'deploys the head of the branch, which had moved when the job started.'
  );
}

function explainAdopted({ deployment }: CheckRunView): string {
  if (!deployment.adopted) return '';
  return '**Adopted job:** something else, such as a webhook of this repository, had already started a job for this push. The app reports that job and starts no second one.';
}

/** Names the closed gates that the deployment passed. */
function explainGates(view: CheckRunView): string[] {
  const { gates, forcedBy } = view.deployment;
  return gates.map(({ kind, passed }) => {
    if (passed === null || kind === 'approval') return '';
    const why = formatCode(passed.why);
    const check = linkProjectCheck(view);
    const by = linkAccount(view, forcedBy ?? '');
    if (kind !== 'project')
      return `**Forced** by ${by}: ${why} would have kept this workspace from being deployed.`;
    if (passed.how === 'forced') {
      return `**Forced** by ${by}: the ${check} found ${why}, which would have kept this workspace from being deployed.`;
    }
    const found = view.projectCheck?.errors?.first;
    return `**The project was not checked in time** (${why}), so the deployment started without the ${check}${found ? `, which then found ${formatCode(found)}` : ''}.`;
  });
}

function remarkOnLog(view: CheckRunView): string[] {
  const { deployment, log } = view;
  if (deployment.jobId === null || deployment.reason === 'job_deleted') return [];
  const page = formatLink('Meltano Cloud', view.workspaceUrl);
  const mode = chooseLogMode(deployment, view.repository.private);
  if (mode === 'none') {
    const why = isHiddenPublicly(deployment.log)
      ? 'Logs are hidden in public repositories.'
      : "This repository's configuration hides the log.";
    return [`${why} View it on ${page}.`];
  }
  if (mode === 'final' && deployment.state !== 'concluded') {
    return [
      `This repository's configuration shows the log when the job has ended. Until then, view it on ${page}.`,
    ];
  }
  const remarks: string[] = [];
  if (deployment.state === 'concluded' && !(log?.complete ?? false)) {
    remarks.push(`The log could not be read to its end. View the whole log on ${page}.`);
  }
  const redactions = showableLog(view)?.redactions ?? 0;
  if (redactions === 1) remarks.push('1 secret was redacted from the log.');
  if (redactions > 1) remarks.push(`${formatCount(redactions)} secrets were redacted from the log.`);
  return remarks;
}

/** Empty if the repository's current configuration was used. */
function explainBadFile({ deployment, githubUrl, repository }: CheckRunView): string {
  const { badFile } = deployment;
  if (badFile === null) return '';
  const link = linkFile({ githubUrl, repository }, badFile);
  return `**The configuration has mistakes:** ${link}. The last valid version was used. Later changes take effect once the file is repaired.`;
}
