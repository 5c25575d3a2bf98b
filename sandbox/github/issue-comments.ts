import type { SandboxIssueComment } from './comment-model.ts';
import { sendIssueComment } from './conversation-events.ts';
import type { Sent } from './delivery-log.ts';
import type { SandboxAccount, SandboxIssue, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** A comment and the delivery of its event. */
export type SentComment<C> = Sent & { readonly comment: C };

export function addIssueComment(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { issue: SandboxIssue; author: SandboxAccount; body: string; viaApp?: boolean },
): SentComment<SandboxIssueComment> {
  const { issue, author, body, viaApp = false } = input;
  const now = Date.now();
  const comment: SandboxIssueComment = {
    id: context.state.nextId('issueComment'),
    repositoryId: repository.id,
    issueNumber: issue.number,
    author,
    viaApp,
    body,
    createdAt: now,
    updatedAt: now,
    edits: [],
    reactions: [],
  };
  context.state.issueComments.set(comment.id, comment);
  issue.updatedAt = now;
  const sent = sendIssueComment(context, repository, { issue, comment, action: 'created', sender: author });
  context.signal.notify();
  return { comment, ...sent };
}

/** GitHub sends an event even if the edit changes nothing. */
export function editIssueComment(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { issue: SandboxIssue; comment: SandboxIssueComment; body: string; sender: SandboxAccount },
): Sent {
  const { issue, comment, body, sender } = input;
  const former = comment.body;
  comment.edits.push(former);
  comment.body = body;
  comment.updatedAt = Date.now();
  const sent = sendIssueComment(context, repository, { issue, comment, action: 'edited', sender, former });
  context.signal.notify();
  return sent;
}

export function deleteIssueComment(
  context: SandboxContext,
  repository: SandboxRepository,
  input: { issue: SandboxIssue; comment: SandboxIssueComment; sender: SandboxAccount },
): Sent {
  context.state.issueComments.delete(input.comment.id);
  const sent = sendIssueComment(context, repository, { ...input, action: 'deleted' });
  context.signal.notify();
  return sent;
}
