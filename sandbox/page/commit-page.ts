import { diffCommits } from '../github/git-history.ts';
import type { SandboxCommit, SandboxRepository } from '../github/model.ts';
import type { Sandbox } from '../sandbox.ts';
import { type Html, html } from './html.ts';
import { renderChecks, renderCrumbs, renderSha, renderTime } from './render-parts.ts';

export function renderCommit(
  { github }: Sandbox,
  repository: SandboxRepository,
  commit: SandboxCommit,
): Html {
  const [subject = '', ...rest] = commit.message.split('\n');
  const parent = commit.parent === null ? null : (repository.commits.get(commit.parent) ?? null);
  const runs = github.checkRuns(repository.fullName, commit.sha).toReversed();
  const checks = renderChecks(repository, runs);
  return html`${renderCrumbs(repository, commit.sha.slice(0, 7))}
<h1>${subject}</h1>
${rest.some((line) => line.trim() !== '') && html`<pre>${rest.join('\n').trim()}</pre>`}
<p class="muted">${commit.author.login}, ${renderTime(commit.date)} · <code>${commit.sha}</code>
${parent && html` · parent ${renderSha(repository, parent.sha)}`}</p>
<section class="card"><h2>Checks</h2>${checks ?? html`<p class="muted">None yet.</p>`}</section>
<section class="card"><h2>Changed files</h2>${renderFiles(parent, commit)}</section>`;
}

function renderFiles(parent: SandboxCommit | null, commit: SandboxCommit): Html[] {
  return diffCommits(parent, commit).map(
    ({ filename, status, additions, deletions }) =>
      html`<div class="row"><code>${filename}</code> <span class="muted">${status}</span>
<span class="end"><span class="green">+${additions}</span> <span class="red">−${deletions}</span></span></div>`,
  );
}
