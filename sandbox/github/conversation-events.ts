import { sendRepositoryEvent } from './app-events.ts';
import { commitCommentJson, issueCommentJson } from './comment-json.ts';
import type { SandboxCommitComment, SandboxIssueComment } from './comment-model.ts';
import type { Sent } from './delivery-log.ts';
import { repositoryEvent } from './event-payloads.ts';
import { issueJson } from './issue-json.ts';
import type { SandboxAccount, SandboxIssue, SandboxPullRequest, SandboxRepository } from './model.ts';
import { pullJson } from './pull-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

export function sendIssueComment(
  context: SandboxContext,
  repository: SandboxRepository,
  input: {
    issue: SandboxIssue;
    comment: SandboxIssueComment;
    action: 'created' | 'edited' | 'deleted';
    sender: SandboxAccount;
    /** The body before an edit. */
    former?: string;
  },
): Sent {
  const { issue, comment, action, sender, former } = input;
  return sendRepositoryEvent(context, repository, 'issue_comment', () =>
    repositoryEvent(context, repository, {
      event: 'issue_comment',
      action,
      sender,
      fields: {
        ...(former === undefined ? {} : { changes: { body: { from: former } } }),
        issue: issueJson(context, repository, issue),
        comment: issueCommentJson(context, repository, { issue, comment }),
      },
    }),
  );
}

export function sendCommitComment(
  context: SandboxContext,
  repository: SandboxRepository,
  { comment, sender }: { comment: SandboxCommitComment; sender: SandboxAccount },
): Sent {
  return sendRepositoryEvent(context, repository, 'commit_comment', () =>
    repositoryEvent(context, repository, {
      event: 'commit_comment',
      action: 'created',
      sender,
      fields: { comment: commitCommentJson(context, repository, comment) },
    }),
  );
}

export function sendPullRequest(
  context: SandboxContext,
  repository: SandboxRepository,
  input: {
    request: SandboxPullRequest;
    action: 'opened' | 'synchronize' | 'edited' | 'closed';
    sender: SandboxAccount;
    /** The move of the head, for `synchronize`. */
    move?: { before: string; after: string };
    /** What an edit replaced. */
    changes?: object;
  },
): Sent {
  const { request, action, sender, move = {}, changes } = input;
  return sendRepositoryEvent(context, repository, 'pull_request', () =>
    repositoryEvent(context, repository, {
      event: 'pull_request',
      action,
      sender,
      fields: {
        number: request.number,
        ...move,
        ...(changes === undefined ? {} : { changes }),
        pull_request: pullJson(context, repository, request),
      },
    }),
  );
}
