import type { Answer, CommandRecord } from '../domain/conversation.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubFailure } from '../domain/github-result.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { ConversationContext, Step } from './conversation-context.ts';
import { react, replaceReaction } from './react.ts';
import { REFUSED, writeReply } from './write-reply.ts';

/** How often the end of the check runs' writing is looked for, before the last reply (milliseconds). */
const LOOK_AGAIN_MS = 1_000;
/** After this time a conversation that GitHub does not take is over (milliseconds). */
const GIVE_UP_MS = 24 * 60 * 60_000;
/** A reply that GitHub refuses so often is given up: the check run alone carries the result. */
const MAX_REFUSALS = 3;

/** How long GitHub asks to wait, or how long it is worth to wait (milliseconds). */
function chooseWait(failure: GitHubFailure): number | null {
  if (failure.kind === 'limited') return failure.waitMs ?? 60_000;
  return failure.kind === 'unavailable' ? 5 * 60_000 : null;
}

/** How a command stands. */
type Standing = 'under way' | 'succeeded' | 'failed';

/**
 * Keeps a conversation up to date: 👀 when a command is taken, one reply that is edited as things move, and a last
 * reaction. The key is the command's id; the result is in how many milliseconds to look again. Each step is stored, so
 * that none is done twice.
 */
export function createConversationKeeper(
  context: ConversationContext,
): (id: string) => Promise<number | null> {
  const failures = new Map<string, number>();

  return async (id) => {
    const command = await context.store.getCommand(id);
    const repository = command && (await context.repositories.getRepository(command.repositoryId));
    if (!command || !repository || command.finishedAt !== null) return null;
    const step = await takeStep(context, command, repository);
    if (step.kind === 'wait') {
      failures.delete(id);
      return step.ms;
    }
    return takeFailure(command, step.failure);
  };

  async function takeFailure(command: CommandRecord, failure: GitHubFailure): Promise<number | null> {
    const { log, store, clock, random } = context;
    const failed = (failures.get(command.id) ?? 0) + 1;
    failures.set(command.id, failed);
    const fields = { delivery: command.id, kind: failure.kind, problem: failure.message };
    log.warn(fields, 'GitHub did not take a reply or reaction');
    if (failure.kind === 'rejected' && failed >= MAX_REFUSALS) {
      log.warn(fields, 'GitHub refuses the reply: the check run alone carries the result');
      await store.saveCommand(command.id, { replyDigest: REFUSED });
      failures.delete(command.id);
      return 0;
    }
    if (clock.now() - command.receivedAt >= GIVE_UP_MS) {
      await store.saveCommand(command.id, { finishedAt: clock.now() });
      failures.delete(command.id);
      return null;
    }
    return chooseRetryDelay(failed, chooseWait(failure), random());
  }
}

/** The next thing that is owed, one write at the most. */
async function takeStep(
  context: ConversationContext,
  command: CommandRecord,
  repository: Repository,
): Promise<Step> {
  const deployments = await context.store.listCommandDeployments(command.id);
  const standing = judge(command.answer, deployments);
  const isOnCommit = command.place.kind === 'commit';
  const isTaken = command.answer.kind !== 'refused';
  if (!isOnCommit && isTaken && command.reaction === null) return react(context, command, repository, 'eyes');
  if (standing === 'under way' && isOnCommit) return { kind: 'wait', ms: null };
  if (standing !== 'under way' && !deployments.every(isReported)) return { kind: 'wait', ms: LOOK_AGAIN_MS };
  const isSilent = command.answer.kind === 'refused' && command.answer.refusal.code === 'stranger';
  if (!isSilent) {
    const replied = await writeReply(context, command, repository, deployments);
    if (replied) return replied;
  }
  if (standing === 'under way') return { kind: 'wait', ms: null };
  if (isOnCommit) return finish(context, command);
  const last = standing === 'succeeded' ? 'rocket' : 'confused';
  if (command.reaction === last) return finish(context, command);
  return replaceReaction(context, command, repository, last);
}

function judge(answer: Answer, deployments: readonly Deployment[]): Standing {
  switch (answer.kind) {
    case 'refused':
      return 'failed';
    case 'redeploy':
      if (deployments.some((one) => one.state !== 'concluded')) return 'under way';
      return deployments.every((one) => one.conclusion === 'success') && answer.missing.length === 0
        ? 'succeeded'
        : 'failed';
    case 'withdraw':
      if (deployments.some((one) => one.state !== 'concluded')) return 'under way';
      return deployments.some((one) => one.reason === 'withdrawn') ? 'succeeded' : 'failed';
    default:
      return 'succeeded';
  }
}

/** Whether the check run says what the deployment came to: the last reply links to it. */
function isReported(deployment: Deployment): boolean {
  return deployment.reportedRevision >= deployment.revision;
}

async function finish({ store, clock }: ConversationContext, command: CommandRecord): Promise<Step> {
  await store.saveCommand(command.id, { finishedAt: clock.now() });
  return { kind: 'wait', ms: null };
}
