import type { PushResult } from './branch-moves.ts';
import { DEFAULT_SENDER } from './branches.ts';
import type { ReactionContent, SandboxCommitComment, SandboxIssueComment } from './comment-model.ts';
import { addCommitComment } from './commit-comments.ts';
import type { Sent } from './delivery-log.ts';
import { findCommit } from './git-history.ts';
import * as comments from './issue-comments.ts';
import * as issues from './issues.ts';
import type { SandboxAccount, SandboxIssue, SandboxPullRequest, SandboxRepository } from './model.ts';
import { closePull, editPull, isPullRequest } from './pull-changes.ts';
import * as pulls from './pulls.ts';
import { addReaction } from './reactions.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface IssueInput {
  /** `owner/name`. */
  repository: string;
  title?: string;
  body?: string;
  /** A login. */
  author?: string;
}

export interface PullRequestInput extends IssueInput {
  /** The branch with the changes. */
  head: string;
  /** The repository of that branch, if it is a fork. */
  headRepository?: string;
  /** Default: the default branch. */
  base?: string;
}

export interface CommentInput {
  repository: string;
  /** The number of the issue or pull request. */
  number: number;
  body: string;
  author?: string;
}

export interface CommitCommentInput {
  repository: string;
  sha: string;
  body: string;
  author?: string;
  path?: string;
  position?: number;
}

/** What people do in issues, pull requests and comments. Throws if GitHub wouldn't allow it. */
export class Conversations {
  readonly #context: SandboxContext;

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  openIssue({ repository, title = 'A question', body = '', author }: IssueInput): SandboxIssue {
    const by = this.#account(author);
    return issues.addIssue(this.#context, this.#repository(repository), {
      title,
      body,
      author: by,
      pull: null,
    });
  }

  openPull(input: PullRequestInput): Sent & { readonly request: SandboxPullRequest } {
    const { head, title = `Merge ${head}`, body = '' } = input;
    const repository = this.#repository(input.repository);
    const { request, sent } = pulls.openPull(this.#context, repository, {
      title,
      body,
      author: this.#account(input.author),
      headRef: head,
      headRepository:
        input.headRepository === undefined ? repository : this.#repository(input.headRepository),
      baseRef: input.base ?? repository.defaultBranch,
    });
    return { request, ...sent };
  }

  /** Another base, or another title. */
  editPull(
    repository: string,
    number: number,
    { sender, ...edit }: { base?: string; title?: string; sender?: string },
  ): Sent {
    const request = this.pull(repository, number);
    return editPull(this.#context, this.#repository(repository), {
      ...edit,
      request,
      sender: this.#account(sender),
    });
  }

  /** Pushes to the base branch. `closed` is the delivery of `pull_request.closed`. */
  merge(
    repository: string,
    number: number,
    { method = 'squash', sender }: { method?: pulls.MergeMethod; sender?: string } = {},
  ): PushResult & { readonly closed: Sent } {
    const place = this.#repository(repository);
    const request = this.pull(repository, number);
    const by = this.#account(sender);
    const { push, closed } = pulls.mergePull(this.#context, place, { request, sender: by, method });
    return { ...push, closed };
  }

  /** Closes an issue, or a pull request without merging it. */
  close(repository: string, number: number, sender?: string): void {
    const [place, request] = [this.#repository(repository), this.issue(repository, number)];
    const by = this.#account(sender);
    if (isPullRequest(request)) closePull(this.#context, place, { request, sender: by });
    else issues.closeIssue(this.#context, request, by);
  }

  reopen(repository: string, number: number, by?: string): void {
    const change = { state: 'open', reason: 'reopened' } as const;
    issues.changeIssue(this.#context, this.issue(repository, number), change, this.#account(by));
  }

  /** The issues that the app opened, oldest first. */
  ownIssues(repository: string): SandboxIssue[] {
    return [...this.#repository(repository).issues.values()].filter(
      ({ viaApp, deleted, movedTo }) => viaApp && !deleted && movedTo === null,
    );
  }

  transferIssue(repository: string, number: number, target: string): SandboxIssue {
    return issues.transferIssue(this.#context, this.issue(repository, number), this.#repository(target));
  }

  lock(repository: string, number: number): void {
    issues.setLocked(this.#context, this.#repository(repository), { number, locked: true });
  }

  unlock(repository: string, number: number): void {
    issues.setLocked(this.#context, this.#repository(repository), { number, locked: false });
  }

  deleteIssue(repository: string, number: number): void {
    issues.deleteIssue(this.#context, this.#repository(repository), number);
  }

  comment({ repository, number, body, author }: CommentInput): comments.SentComment<SandboxIssueComment> {
    const place = this.#repository(repository);
    const [issue, by] = [issues.findIssue(place, number), this.#account(author)];
    if (!issues.maySpeak(place, issue, by)) throw new Error(`${by.login} cannot comment on ${number}`);
    return comments.addIssueComment(this.#context, place, { issue, author: by, body });
  }

  /** Default sender: the author. */
  editComment(id: number, body: string, sender?: string): Sent {
    const { repository, issue, comment } = this.#find(id);
    const by = sender === undefined ? comment.author : this.#account(sender);
    return comments.editIssueComment(this.#context, repository, { issue, comment, body, sender: by });
  }

  deleteComment(id: number, sender?: string): Sent {
    const { repository, issue, comment } = this.#find(id);
    const by = sender === undefined ? comment.author : this.#account(sender);
    return comments.deleteIssueComment(this.#context, repository, { issue, comment, sender: by });
  }

  react(id: number, content: ReactionContent, login?: string): void {
    addReaction(this.#context, this.#find(id).comment, { user: this.#account(login), content });
  }

  commentOnCommit(input: CommitCommentInput): comments.SentComment<SandboxCommitComment> {
    const { repository, author, ...rest } = input;
    const place = this.#repository(repository);
    findCommit(place, input.sha);
    const by = this.#account(author);
    if (!issues.maySpeak(place, { locked: false }, by)) throw new Error(`${by.login} cannot comment here`);
    return addCommitComment(this.#context, place, { ...rest, author: by });
  }

  /** The next reads don't find this comment, as can happen at GitHub right after its event. */
  hideComment(id: number, reads: number): void {
    this.#context.state.hide(id, reads);
  }

  // What is there.

  issue(repository: string, number: number): SandboxIssue {
    return issues.findIssue(this.#repository(repository), number);
  }

  pull(repository: string, number: number): SandboxPullRequest {
    const issue = this.issue(repository, number);
    if (!isPullRequest(issue)) throw new Error(`${number} is an issue, not a pull request`);
    return issue;
  }

  /** Issues and pull requests, oldest first. */
  list(repository: string): SandboxIssue[] {
    return [...this.#repository(repository).issues.values()].filter(({ deleted }) => !deleted);
  }

  /** Oldest first. */
  comments(repository: string, number: number): SandboxIssueComment[] {
    return this.#context.state.commentsOf(this.#repository(repository).id, number);
  }

  /** Oldest first. */
  commitComments(repository: string, sha: string): SandboxCommitComment[] {
    const { id } = this.#repository(repository);
    return [...this.#context.state.commitComments.values()].filter(
      (one) => one.repositoryId === id && one.commitSha === sha,
    );
  }

  #find(id: number) {
    const { state } = this.#context;
    const comment = state.issueComments.get(id);
    const repository = comment && state.repositories.get(comment.repositoryId);
    if (!repository) throw new Error(`There is no comment ${id}`);
    return { repository, comment, issue: issues.findIssue(repository, comment.issueNumber) };
  }

  #repository(fullName: string): SandboxRepository {
    return this.#context.state.requireRepository(fullName);
  }

  #account(login = DEFAULT_SENDER.login): SandboxAccount {
    return this.#context.state.account(login);
  }
}
