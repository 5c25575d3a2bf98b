import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { SandboxIssue, SandboxPullRequest, SandboxRepository } from '../../sandbox/github/model.ts';
import { isPullRequest } from '../../sandbox/github/pull-changes.ts';
import { pullFiles } from '../../sandbox/github/pull-json.ts';
import { renderCommentForm, renderIssueComment, renderPost } from './comment-parts.ts';
import { renderFileChanges } from './commit-page.ts';
import { type Html, html } from './html.ts';
import { pathOf, renderChecks, renderCrumbs, renderSha, renderTime } from './render-parts.ts';

/** An issue or a pull request with its conversation. */
export function renderConversation(
  github: GitHubSandbox,
  repository: SandboxRepository,
  issue: SandboxIssue,
): { live: Html; below: Html } {
  const { number, title, author, createdAt: at, body } = issue;
  const place = { github, repository };
  const comments = github.conversations.comments(repository.fullName, number);
  const live = html`${renderCrumbs(repository, `#${number}`)}
<h1>${title} <span class="muted">#${number}</span>${renderState(issue)}</h1>
${isPullRequest(issue) && renderPull(place, issue)}
${renderPost(place, { author, at, body: body ?? '' })}
${comments.map((comment) => renderIssueComment(place, comment))}
${renderControls(repository, issue)}`;
  return { live, below: renderCommentForm(place, pathOf(repository, 'issues', String(number), 'comments')) };
}

/** The list on a repository's page, newest first. */
export function renderConversations(github: GitHubSandbox, repository: SandboxRepository): Html {
  const rows = github.conversations.list(repository.fullName).toReversed();
  const forms = html`<form method="post" action="${pathOf(repository, 'issues')}">
<button id="new-issue">New issue</button>
<button id="new-pull" formaction="${pathOf(repository, 'pulls')}" title="Creates a branch with a changed model, and opens a pull request for it">New pull request</button></form>`;
  return html`<h2>Issues and pull requests</h2><section class="card">${rows.map((issue) => {
    const { number, title, pull, author, createdAt } = issue;
    const path = pathOf(repository, pull ? 'pull' : 'issues', String(number));
    const count = github.conversations.comments(repository.fullName, number).length;
    return html`<div class="row"><span><a class="name" href="${path}">${title}</a> <span class="muted">#${number}</span>${renderState(issue)}</span>
<span class="muted end">${author.login}, ${renderTime(createdAt)} · ${count} ${count === 1 ? 'comment' : 'comments'}</span></div>`;
  })}<div class="row">${forms}</div></section>`;
}

function renderState({ closedAt, pull, locked }: SandboxIssue): Html {
  const [word, colour] =
    pull?.mergedAt != null ? ['Merged', 'purple'] : closedAt === null ? ['Open', 'green'] : ['Closed', 'red'];
  const kind = pull ? 'pull request' : 'issue';
  return html`<span class="badge ${colour}">${word} ${kind}</span>${locked && html`<span class="badge">Locked</span>`}`;
}

function renderPull(
  { github, repository }: { github: GitHubSandbox; repository: SandboxRepository },
  request: SandboxPullRequest,
): Html {
  const { pull, author } = request;
  const head = pull.headRepository === repository ? pull.headRef : `${pull.headOwner.login}:${pull.headRef}`;
  const runs = github.checks.runs(repository.fullName, pull.headSha).toReversed();
  return html`<p class="muted">${author.login} ${pull.mergedAt === null ? 'wants to merge' : 'merged'} <code>${head}</code> at
${renderSha(repository, pull.headSha)} into <code>${pull.baseRef}</code>
${pull.mergeCommitSha !== null && html` by ${renderSha(repository, pull.mergeCommitSha)}`}</p>
<section class="card"><h2>Changed files</h2>${renderFileChanges(pullFiles(repository, request))}${renderChecks(repository, runs)}</section>`;
}

/** The buttons for people with write access. */
function renderControls(
  repository: SandboxRepository,
  { number, pull, closedAt, locked }: SandboxIssue,
): Html {
  const path = pathOf(repository, 'issues', String(number));
  const open = closedAt === null;
  return html`<form class="controls" method="post" action="${path}/${locked ? 'unlock' : 'lock'}">
${open && pull && html`<button id="merge" formaction="${path}/merge">Squash and merge</button>`}
${open && html`<button id="close" formaction="${path}/close">Close</button>`}
<button id="lock">${locked ? 'Unlock' : 'Lock'} conversation</button></form>`;
}
