import type { ReactionContent, SandboxIssueComment, SandboxReaction } from './comment-model.ts';
import type { SandboxAccount } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** One of each kind for each person. GitHub sends no event. */
export function addReaction(
  context: SandboxContext,
  comment: SandboxIssueComment,
  { user, content }: { user: SandboxAccount; content: ReactionContent },
): { reaction: SandboxReaction; added: boolean } {
  const known = comment.reactions.find((one) => one.user.id === user.id && one.content === content);
  if (known) return { reaction: known, added: false };
  const reaction = { id: context.state.nextId('reaction'), user, content, createdAt: Date.now() };
  comment.reactions.push(reaction);
  context.signal.notify();
  return { reaction, added: true };
}

export function removeReaction(
  context: SandboxContext,
  comment: SandboxIssueComment,
  reaction: SandboxReaction,
): void {
  comment.reactions = comment.reactions.filter((one) => one !== reaction);
  context.signal.notify();
}
