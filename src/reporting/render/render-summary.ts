import { chooseLogMode } from '../../domain/repository-configuration.ts';
import { OUTPUT_BYTES, truncateBytes } from '../../domain/truncate-bytes.ts';
import type { CheckRunView } from './check-run-view.ts';
import { measureQueue, measureRun, shortenSha, showableLog } from './describe-deployment.ts';
import { describeRequester } from './describe-requester.ts';
import { formatCode, formatLink, formatTableRow } from './escape-markdown.ts';
import { explainBadFile } from './explain-bad-file.ts';
import { explainDeployment } from './explain-deployment.ts';
import { formatCount } from './format-count.ts';
import { formatDuration } from './format-duration.ts';
import { findRunUrl, linkCommit, tookAnotherCommit } from './link-commit.ts';

/** What happened, a table of facts, and remarks, in Markdown. Doesn't depend on `view.now`. */
export function renderSummary(view: CheckRunView): string {
  const paragraphs = [
    ...explainDeployment(view),
    explainBadFile(view),
    renderTable(view),
    explainOtherCommit(view),
    explainAdopted(view),
    ...remarkOnLog(view),
  ];
  return truncateBytes(paragraphs.filter((text) => text !== '').join('\n\n'), OUTPUT_BYTES);
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
    ['Commit asked for', linkCommit(view, deployment.sha)],
    ['Commit deployed', describeDeployedCommit(view)],
    ['Asked for by', describeRequester(deployment, (login) => linkAccount(view, login))],
    ['Deployed before as', linkRun(view, view.redeployOf)],
    ['Job', describeJob(view)],
    ['Queue time', queue === null ? '' : formatDuration(queue)],
    ['Run time', describeRunTime(view)],
  ];
  const [head, ...rest] = rows.filter(([, value]) => value !== '').map(formatTableRow);
  return [head, '| --- | --- |', ...rest].join('\n');
}

/** Nothing for a deployment of which only its check run is left: that doesn't tell. */
function describePlace({ branch, directory }: CheckRunView['deployment']): string {
  return branch === '' ? '' : `${formatCode(branch)}, ${formatCode(directory ?? '') || 'the root'}`;
}

function describeDeployedCommit(view: CheckRunView): string {
  const { deployedSha, jobId, state } = view.deployment;
  if (deployedSha !== null) return linkCommit(view, deployedSha);
  if (jobId === null) return '';
  return state === 'concluded' ? 'not known' : 'not known yet';
}

function linkRun(view: CheckRunView, other: CheckRunView['redeployOf']): string {
  return other === null ? '' : formatLink(shortenSha(other.sha), findRunUrl(view, other));
}

function linkAccount({ githubUrl }: CheckRunView, login: string): string {
  const [, bot] = /^([a-z\d-]+)\[bot\]$/i.exec(login) ?? [];
  if (bot !== undefined) return formatLink(login, `${githubUrl}/apps/${bot}`);
  return /^[a-z\d_-]+$/i.test(login) ? formatLink(login, `${githubUrl}/${login}`) : formatCode(login);
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
    `**The job took ${linkCommit(view, deployedSha)}, not ${linkCommit(view, sha)}:** Meltano Cloud always deploys ` +
    'the head of the branch, and that had moved on when the job began.'
  );
}

function explainAdopted({ deployment }: CheckRunView): string {
  if (!deployment.adopted) return '';
  return '**The job was there already:** something else, such as a webhook of this repository, had started it for the same push. It is reported here in place of a second one.';
}

function remarkOnLog(view: CheckRunView): string[] {
  const { deployment, log } = view;
  if (deployment.jobId === null || deployment.reason === 'job_deleted') return [];
  const page = formatLink('Meltano Cloud', view.workspaceUrl);
  const mode = chooseLogMode(deployment, view.repository.private);
  if (mode === 'none') {
    const why =
      deployment.log === null
        ? 'since this repository is public: everyone could read it'
        : "as this repository's configuration says";
    return [`The log is not shown here, ${why}. It is on ${page}.`];
  }
  if (mode === 'final' && deployment.state !== 'concluded') {
    return [
      `The log is shown here when the job has ended, as this repository's configuration says. It is on ${page}.`,
    ];
  }
  const remarks: string[] = [];
  if (deployment.state === 'concluded' && !(log?.complete ?? false)) {
    remarks.push(`The log could not be read to its end. All of it is on ${page}.`);
  }
  const redactions = showableLog(view)?.redactions ?? 0;
  if (redactions === 1) remarks.push('1 secret was taken out of the log.');
  if (redactions > 1) remarks.push(`${formatCount(redactions)} secrets were taken out of the log.`);
  return remarks;
}
