import type {
  ReactionContent,
  SandboxCommitComment,
  SandboxIssueComment,
  SandboxReaction,
} from '../../sandbox/github/comment-model.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { SandboxAccount, SandboxRepository } from '../../sandbox/github/model.ts';
import { type Html, html } from './html.ts';
import { describeRole, renderPersonSelect } from './people.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderTime } from './render-parts.ts';

interface Place {
  readonly github: GitHubSandbox;
  readonly repository: SandboxRepository;
}

const EMOJI: Record<ReactionContent, string> = {
  '+1': '👍',
  '-1': '👎',
  laugh: '😄',
  confused: '😕',
  heart: '❤️',
  hooray: '🎉',
  rocket: '🚀',
  eyes: '👀',
};

/** A comment, or the first text of an issue or a pull request. */
export function renderPost(
  place: Place,
  post: { author: SandboxAccount; at: number; body: string; id?: string; edits?: readonly string[] },
  reactions: readonly SandboxReaction[] = [],
): Html {
  const { author, at, body, id = 'opening', edits = [] } = post;
  return html`<section class="card post" id="${id}">
<div class="row">${renderAuthor(place, author)}<span class="muted">${renderTime(at)}</span>
${edits.length > 0 && html`<span class="muted">· edited ${edits.length === 1 ? 'once' : `${edits.length} times`}</span>`}</div>
<div class="body">${body.trim() === '' ? html`<p class="muted">No text.</p>` : renderMarkdown(body)}${renderEdits(id, edits)}</div>
${reactions.length > 0 && html`<div class="row chips">${renderReactions(reactions)}</div>`}</section>`;
}

export function renderIssueComment(place: Place, comment: SandboxIssueComment): Html {
  const { author, createdAt: at, body, edits, id } = comment;
  return renderPost(place, { author, at, body, edits, id: `issuecomment-${id}` }, comment.reactions);
}

export function renderCommitComment(place: Place, comment: SandboxCommitComment): Html {
  const { author, createdAt: at, body, id } = comment;
  return renderPost(place, { author, at, body, id: `commitcomment-${id}` });
}

/** Belongs into the part of a page that isn't refreshed. */
export function renderCommentForm({ github, repository }: Place, action: string): Html {
  return html`<form class="card compose" method="post" action="${action}">
<textarea name="body" rows="4" required aria-label="Comment" placeholder="A comment, or a command on its own line: /redeploy, /meltano status, /meltano help"></textarea>
<div class="row">${renderPersonSelect(github, repository, 'comment-as')} <button id="comment">Comment</button></div></form>`;
}

function renderAuthor({ github, repository }: Place, { login, type }: SandboxAccount): Html {
  const what = type === 'Bot' ? 'bot' : describeRole(github, repository, login);
  return html`<span class="avatar" aria-hidden="true">${login.slice(0, 1).toUpperCase()}</span>
<span class="name">${login}</span><span class="badge">${what}</span>`;
}

function renderReactions(reactions: readonly SandboxReaction[]): Html[] {
  const kinds = new Set(reactions.map(({ content }) => content));
  return [...kinds].map((content) => {
    const people = reactions.filter((one) => one.content === content).map(({ user }) => user.login);
    const label = `${content}: ${people.join(', ')}`;
    return html`<span class="chip" title="${label}">${EMOJI[content]} ${people.length} <span class="muted">${people.join(', ')}</span></span>`;
  });
}

function renderEdits(id: string, edits: readonly string[]): Html | null {
  if (edits.length === 0) return null;
  const versions = edits.map((body) => html`<div class="former">${renderMarkdown(body)}</div>`);
  return html`<details id="${id}-edits"><summary class="muted">Earlier versions, oldest first</summary>${versions}</details>`;
}
