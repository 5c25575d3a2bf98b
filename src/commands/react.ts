import type { CommandRecord, Reaction } from '../domain/conversation.ts';
import type { Repository } from '../domain/deployment.ts';
import { failed, type WriteStep } from '../reporting/retry-policy.ts';
import type { ConversationContext } from './conversation-context.ts';

/** Puts a reaction on the comment that holds the command. */
export async function react(
  { api, store, log }: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  reaction: Reaction,
): Promise<WriteStep> {
  const reacted = await api.react(repository, command.commentId, reaction);
  if (!reacted.ok && reacted.failure.kind !== 'rejected') return failed(reacted.failure);
  // A refused reaction (a locked conversation, a deleted comment) is not missed.
  if (!reacted.ok)
    log.info({ delivery: command.id, problem: reacted.failure.message }, 'GitHub refused a reaction');
  await store.saveCommand(command.id, { reaction, reactionId: reacted.ok ? reacted.value : null });
  return { kind: 'wait', ms: 0 };
}

/** 🚀 or 😕 takes the place of 👀. */
export async function replaceReaction(
  context: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  reaction: Reaction,
): Promise<WriteStep> {
  const { reaction: standing, reactionId, commentId } = command;
  if (standing !== 'eyes' || reactionId === null) return react(context, command, repository, reaction);
  const removed = await context.api.removeReaction(repository, commentId, reactionId);
  if (!removed.ok && removed.failure.kind !== 'rejected') return failed(removed.failure);
  await context.store.saveCommand(command.id, { reactionId: null });
  return { kind: 'wait', ms: 0 };
}
