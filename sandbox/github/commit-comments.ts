import type { SandboxCommitComment } from './comment-model.ts';
import { sendCommitComment } from './conversation-events.ts';
import type { SentComment } from './issue-comments.ts';
import type { SandboxAccount, SandboxRepository } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

export interface CommitCommentInput {
  sha: string;
  author: SandboxAccount;
  body: string;
  /** The line, if the comment is on a line. */
  path?: string | null;
  position?: number | null;
}

export function addCommitComment(
  context: SandboxContext,
  repository: SandboxRepository,
  { sha, author, body, path = null, position = null }: CommitCommentInput,
): SentComment<SandboxCommitComment> {
  const comment: SandboxCommitComment = {
    id: context.state.nextId('commitComment'),
    repositoryId: repository.id,
    commitSha: sha,
    author,
    body,
    path,
    position,
    createdAt: Date.now(),
  };
  context.state.commitComments.set(comment.id, comment);
  const sent = sendCommitComment(context, repository, { comment, sender: author });
  context.signal.notify();
  return { comment, ...sent };
}
