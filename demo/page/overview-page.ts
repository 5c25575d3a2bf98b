import type { SandboxRepository } from '../../sandbox/github/model.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { renderConversations } from './conversation-page.ts';
import { findWorkspaces } from './find-workspaces.ts';
import { type Html, html } from './html.ts';
import { pathOf, renderChecks, renderCrumbs, renderSha, renderTime } from './render-parts.ts';

/** Commits shown for each branch. */
const OVERVIEW_COMMITS = 5;
const REPOSITORY_COMMITS = 30;

const BUTTONS: readonly { kind: string; label: string; hint: string }[] = [
  { kind: 'succeeds', label: 'Push: succeeds', hint: 'A commit whose deployment succeeds' },
  { kind: 'fails', label: 'Push: fails', hint: 'A commit with a mistake in meltano.yml' },
  { kind: 'slow', label: 'Push: slow (30 s)', hint: 'A commit whose deployment takes 30 seconds' },
  {
    kind: 'three',
    label: 'Push: 3 in a row',
    hint: 'The first runs for 8 seconds. The second waits for it, and the third supersedes the second',
  },
];

export function renderOverview(sandbox: Sandbox, owner: string | null): Html {
  const repositories = sandbox.github.repositories
    .list()
    .filter((one) => owner === null || one.owner === owner);
  const title = owner === null ? 'Repositories' : `Repositories of ${owner}`;
  const none = html`<p class="muted">No repositories.</p>`;
  return html`<h1>${title}</h1>${repositories.length === 0 ? none : repositories.map((one) => renderCard(sandbox, one))}`;
}

export function renderRepository(sandbox: Sandbox, repository: SandboxRepository): { live: Html } {
  const branches = [...repository.branches.keys()];
  const live = html`${renderCrumbs(repository)}<h1>${repository.fullName}${renderBadge(repository)}</h1>
<section class="card">${renderWorkspaces(sandbox, repository)}</section>
${renderConversations(sandbox.github, repository)}
${branches.map(
  (branch) => html`<h2>Commits on ${branch}</h2>
<section class="card">${renderCommits(sandbox, repository, { branch, limit: REPOSITORY_COMMITS })}</section>`,
)}`;
  return { live };
}

function renderCard(sandbox: Sandbox, repository: SandboxRepository): Html {
  const tracked = findWorkspaces(sandbox, repository).map(
    (one) => one.repositoryBranch || repository.defaultBranch,
  );
  const branches = [...new Set([repository.defaultBranch, ...tracked])];
  return html`<section class="card">
<h2><a href="${pathOf(repository)}">${repository.fullName}</a>${renderBadge(repository)}</h2>
${renderWorkspaces(sandbox, repository)}
${branches.map((branch) => [
  branches.length > 1 && html`<h3>${branch}</h3>`,
  renderCommits(sandbox, repository, { branch, limit: OVERVIEW_COMMITS }),
])}
</section>`;
}

function renderBadge(repository: SandboxRepository): Html {
  return html`<span class="badge">${repository.private ? 'Private' : 'Public'}</span>`;
}

function renderWorkspaces(sandbox: Sandbox, repository: SandboxRepository): HtmlList {
  const workspaces = findWorkspaces(sandbox, repository);
  if (workspaces.length === 0) {
    return [
      html`<div class="row muted">No workspace tracks this repository. ${renderButtons(repository, null)}</div>`,
    ];
  }
  return workspaces.map((workspace) => {
    const { name, id, repositoryBranch, repositoryDirectory } = workspace;
    return html`<div class="row">
<span>Workspace <a href="${sandbox.meltano.origin}/workspaces/${id}">${name}</a> <span class="muted">tracks</span>
<code>${repositoryBranch || repository.defaultBranch}</code> <span class="muted">in</span>
${repositoryDirectory ? html`<code>${repositoryDirectory}</code>` : 'the root'}</span>
<span class="end">${renderButtons(repository, workspace)}</span></div>`;
  });
}

type HtmlList = readonly Html[];

function renderButtons(repository: SandboxRepository, workspace: SandboxWorkspace | null): Html {
  const target = workspace?.id ?? `repository-${repository.id}`;
  const buttons = BUTTONS.map(
    ({ kind, label, hint }) =>
      html`<button name="kind" value="${kind}" id="${kind}-${target}" title="${hint}">${label}</button>`,
  );
  return html`<form method="post" action="${pathOf(repository, 'push')}">
${workspace && html`<input type="hidden" name="workspace" value="${workspace.id}">`}${buttons}</form>`;
}

function renderCommits(
  { github }: Sandbox,
  repository: SandboxRepository,
  { branch, limit }: { branch: string; limit: number },
): HtmlList {
  if (!repository.branches.has(branch)) return [html`<p class="muted">There is no branch ${branch}.</p>`];
  const commits = github.branches.commits(repository.fullName, branch).slice(0, limit);
  return commits.map((commit) => {
    const [subject = ''] = commit.message.split('\n', 1);
    return html`<div class="row">${renderSha(repository, commit.sha)} <span class="name">${subject}</span>
<span class="muted end">${commit.author.login}, ${renderTime(commit.date)}</span></div>
${renderChecks(repository, github.checks.runs(repository.fullName, commit.sha).toReversed())}`;
  });
}
