import { stripVTControlCharacters } from 'node:util';
import type { SandboxJob } from '../../sandbox/meltano/sandbox-job.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { type Html, html } from './html.ts';
import { renderTime } from './render-parts.ts';

/** Jobs with a log on the page. */
const NEWEST = 10;

/** The page that check runs link to. It shows the whole log, without redaction. */
export function renderWorkspace(workspace: SandboxWorkspace, jobs: readonly SandboxJob[]): Html {
  const { name, repositoryUrl, repositoryBranch, repositoryDirectory, defaultEnvironment } = workspace;
  const shown = jobs.toReversed().slice(0, NEWEST);
  return html`<h1>${name}</h1>
<p class="muted"><code>${repositoryUrl}</code> · branch ${repositoryBranch || '(default)'} ·
directory ${repositoryDirectory || '(root)'} · environment ${defaultEnvironment}</p>
${shown.length === 0 ? html`<p>No deployment yet.</p>` : shown.map(renderJob)}`;
}

function renderJob(job: SandboxJob): Html {
  return html`<section class="card"${!job.ended && html` data-follow`}>
<div class="row"><b>${job.deleted ? 'DELETED' : job.status}</b> <code>${job.id}</code>
<span class="muted end">${job.commitId !== null && html`commit ${job.commitId.slice(0, 7)}, `}created ${renderTime(job.created)}</span></div>
${job.logText !== '' && html`<div class="body"><pre class="log" tabindex="0">${readLog(job)}</pre></div>`}</section>`;
}

/** Removes colours, and keeps the last state of a line that overwrites itself. */
function readLog({ logText }: SandboxJob): string {
  return stripVTControlCharacters(logText).replace(/^.*\r(?=.)/gm, '');
}
