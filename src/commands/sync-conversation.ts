import type { Answer, CommandRecord, Reaction } from '../domain/conversation.ts';
import { isReported, type Repository } from '../domain/deployment.ts';
import { formatWatchId, type WatchPurpose } from '../domain/pipeline-watch.ts';
import { createOnce } from '../reporting/create-once.ts';
import { failed, RetryPolicy, type WriteStep } from '../reporting/retry-policy.ts';
import type { CommentPorts } from '../reporting/write-comment.ts';
import {
  type ConversationContext,
  REFUSED,
  removeDuplicateReplies,
  type Started,
  writeReply,
} from './write-reply.ts';

/** How often to check if the check runs that the last reply links to are written. */
const REPORT_CHECK_MS = 1_000;

/** The purpose of the watch that an answer starts. */
const PURPOSES: Readonly<Partial<Record<Answer['kind'], WatchPurpose>>> = {
  run: 'run',
  verify: 'verification',
};

type Progress = 'under way' | 'succeeded' | 'failed';

/**
 * Keeps a conversation up to date: 👀 when the app accepts a command, one reply that is edited on changes, and a last
 * reaction. Takes the command's id; returns the delay until the next step. Each step is stored, so none is done twice.
 */
export function createConversationSync(context: ConversationContext): (id: string) => Promise<number | null> {
  const { store, clock } = context;
  const retryPolicy = new RetryPolicy(context);
  const ports = { ...context, createOnce: createOnce(clock) };

  return async (id) => {
    const command = await store.getCommand(id);
    const repository = command && (await context.repositories.getRepository(command.repositoryId));
    if (!command || !repository || command.finishedAt !== null) return null;
    return retryPolicy.next(await takeStep(ports, command, repository), {
      id,
      fields: { delivery: id },
      write: 'reply',
      since: command.receivedAt,
      leaveOut: () => store.saveCommand(id, { replyDigest: REFUSED }),
      giveUp: () => store.saveCommand(id, { finishedAt: clock.now() }),
    });
  };
}

/** Does the next step, at most one write. */
async function takeStep(
  context: ConversationContext & CommentPorts,
  command: CommandRecord,
  repository: Repository,
): Promise<WriteStep> {
  const { store } = context;
  const deployments = await store.listCommandDeployments(command.id);
  const purpose = PURPOSES[command.answer.kind];
  const watch = purpose ? await store.getPipelineWatch(formatWatchId(purpose, command.id)) : null;
  const progress = judge(command.answer, { deployments, watch });
  const isOnCommit = command.place.kind === 'commit';
  const isTaken = command.answer.kind !== 'refused';
  if (!isOnCommit && isTaken && command.reaction === null) return react(context, command, repository, 'eyes');
  if (progress === 'under way' && isOnCommit) return { kind: 'wait', delayMs: null };
  // The last reply links to them.
  const shown = [...deployments, ...(watch?.checkName ? [watch] : [])];
  if (progress !== 'under way' && !shown.every(isReported)) return { kind: 'wait', delayMs: REPORT_CHECK_MS };
  const isSilent = command.answer.kind === 'refused' && command.answer.refusal.code === 'stranger';
  if (!isSilent) {
    const replied = await writeReply(context, command, repository, { deployments, watch });
    if (replied) return replied;
  }
  if (progress === 'under way') return { kind: 'wait', delayMs: null };
  const last = progress === 'succeeded' ? 'rocket' : 'confused';
  if (!isOnCommit && command.reaction !== last) return replaceReaction(context, command, repository, last);
  const settled = await removeDuplicateReplies(context, command, repository);
  return settled ?? finish(context, command);
}

function judge(answer: Answer, { deployments, watch }: Started): Progress {
  switch (answer.kind) {
    case 'refused':
      return 'failed';
    case 'redeploy':
      if (deployments.some((one) => one.state !== 'concluded')) return 'under way';
      return deployments.every(({ conclusion }) => conclusion === 'success') &&
        answer.missing.length + (answer.pushless?.length ?? 0) === 0
        ? 'succeeded'
        : 'failed';
    case 'approve':
      return answer.approved.length > 0 && answer.refused.length === 0 ? 'succeeded' : 'failed';
    case 'withdraw':
      if (deployments.some((one) => one.state !== 'concluded')) return 'under way';
      return deployments.some((one) => one.reason === 'withdrawn') ? 'succeeded' : 'failed';
    case 'verify':
    case 'run':
      if (watch && watch.state !== 'concluded') return 'under way';
      return watch?.pipelines.every(({ outcome }) => outcome === 'succeeded') ? 'succeeded' : 'failed';
    default:
      return 'succeeded';
  }
}

async function finish({ store, clock }: ConversationContext, command: CommandRecord): Promise<WriteStep> {
  await store.saveCommand(command.id, { finishedAt: clock.now() });
  return { kind: 'wait', delayMs: null };
}

/** Puts a reaction on the comment that holds the command. */
async function react(
  { api, store, log }: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  reaction: Reaction,
): Promise<WriteStep> {
  const reacted = await api.react(repository, command.commentId, reaction);
  if (!reacted.ok && reacted.failure.kind !== 'rejected') return failed(reacted.failure);
  // A refused reaction (locked conversation, deleted comment) doesn't matter.
  if (!reacted.ok)
    log.info({ delivery: command.id, problem: reacted.failure.message }, 'GitHub refused a reaction');
  await store.saveCommand(command.id, { reaction, reactionId: reacted.ok ? reacted.value : null });
  return { kind: 'wait', delayMs: 0 };
}

/** Replaces 👀 by 🚀 or 😕. */
async function replaceReaction(
  context: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  reaction: Reaction,
): Promise<WriteStep> {
  const { reaction: current, reactionId, commentId } = command;
  if (current !== 'eyes' || reactionId === null) return react(context, command, repository, reaction);
  const removed = await context.api.removeReaction(repository, commentId, reactionId);
  if (!removed.ok && removed.failure.kind !== 'rejected') return failed(removed.failure);
  await context.store.saveCommand(command.id, { reactionId: null });
  return { kind: 'wait', delayMs: 0 };
}
