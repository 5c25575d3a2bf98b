import { diffCommits, type FileChange } from '../../sandbox/github/git-history.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { SandboxCommit, SandboxRepository } from '../../sandbox/github/model.ts';
import { renderCommentForm, renderCommitComment } from './comment-parts.ts';
import { type Html, html } from './html.ts';
import { renderPersonSelect } from './people.ts';
import { pathOf, renderChecks, renderCrumbs, renderSha, renderTime } from './render-parts.ts';

export function renderCommit(
  github: GitHubSandbox,
  repository: SandboxRepository,
  commit: SandboxCommit,
): { live: Html; below: Html } {
  const [subject = '', ...rest] = commit.message.split('\n');
  const parent = commit.parent === null ? null : (repository.commits.get(commit.parent) ?? null);
  const runs = github.checks.runs(repository.fullName, commit.sha).toReversed();
  const checks = renderChecks(repository, runs);
  const path = pathOf(repository, 'commit', commit.sha);
  const place = { github, repository };
  const comments = github.conversations.commitComments(repository.fullName, commit.sha);
  const live = html`${renderCrumbs(repository, commit.sha.slice(0, 7))}
<h1>${subject}</h1>
${rest.some((line) => line.trim() !== '') && html`<pre>${rest.join('\n').trim()}</pre>`}
<p class="muted">${commit.author.login}, ${renderTime(commit.date)} · <code>${commit.sha}</code>
${parent && html` · parent ${renderSha(repository, parent.sha)}`}</p>
<section class="card"><h2>Checks</h2>${checks ?? html`<p class="muted">None yet.</p>`}${
    checks &&
    html`<div class="row"><form class="end" method="post" action="${path}/rerequest">${renderPersonSelect(github, repository)}
<button id="rerequest-suite">Re-run all checks</button></form></div>`
  }</section>
<section class="card"><h2>Changed files</h2>${renderFileChanges(diffCommits(parent, commit))}</section>
${comments.map((comment) => renderCommitComment(place, comment))}`;
  return { live, below: renderCommentForm(place, `${path}/comments`) };
}

export function renderFileChanges(files: readonly FileChange[]): Html[] {
  return files.map(
    ({ filename, status, additions, deletions }) =>
      html`<div class="row"><code>${filename}</code> <span class="muted">${status}</span>
<span class="end"><span class="green">+${additions}</span> <span class="red">−${deletions}</span></span></div>`,
  );
}
