import { createHash } from 'node:crypto';
import type { CommandChange, CommandRecord } from '../domain/conversation.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { GitHubResult } from '../domain/github-result.ts';
import { markReply, type ReplyBody, type ShownDeployment } from '../report/reply-view.ts';
import { type ConversationContext, PACE_MS, type Step } from './conversation-context.ts';

/** Stands for the digest of a reply that GitHub does not take. */
export const REFUSED = 'refused';
/** How long a reply whose answer was lost is looked for before it is sent again (milliseconds). */
const LOOK_FOR_MS = 15_000;
/** How often it is looked for (milliseconds). */
const LOOK_AGAIN_MS = 1_000;
/** How many deployments of a workspace its status shows. */
const RECENT = 5;

/** Null when the reply stands as it should. */
export async function writeReply(
  context: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  deployments: readonly Deployment[],
): Promise<Step | null> {
  const { store, api, clock } = context;
  const isOnce = command.answer.kind !== 'redeploy' && command.answer.kind !== 'withdraw';
  if (command.replyDigest === REFUSED || (command.replyId !== null && isOnce)) return null;
  const body = await describe(context, command, repository, deployments);
  const { githubUrl } = context.pages;
  const { account } = command;
  const workspaceUrl = (workspaceId: string) => context.pages.workspaceUrl({ account, workspaceId });
  const marker = markReply(command.id);
  const text = `${context.render({ command, repository, githubUrl, workspaceUrl, body })}\n\n${marker}`;
  const replyDigest = createHash('sha256').update(text).digest('base64');
  if (replyDigest === command.replyDigest) return null;
  if (command.replyId !== null) {
    const { replyId } = command;
    return settle(context, command, await api.editReply(repository, replyId, text), () => ({ replyDigest }));
  }
  const now = clock.now();
  if (command.replyAttemptedAt !== null) {
    const sought = { marker, since: command.replyAttemptedAt };
    const found = await api.findReply(repository, command.place, sought);
    if (!found.ok) return { kind: 'failed', failure: found.failure };
    if (found.value !== null) {
      // A reply on a commit can't be edited: as it stands it is the last word.
      const known = command.place.kind === 'commit' ? { replyDigest } : {};
      await store.saveCommand(command.id, { replyId: found.value, ...known });
      return { kind: 'wait', ms: 0 };
    }
    if (now - command.replyAttemptedAt < LOOK_FOR_MS) return { kind: 'wait', ms: LOOK_AGAIN_MS };
  }
  await store.saveCommand(command.id, { replyAttemptedAt: now });
  const created = await api.createReply(repository, command.place, text);
  // Only an unknown outcome has to be looked for.
  if (!created.ok && created.failure.kind !== 'unknown') {
    await store.saveCommand(command.id, { replyAttemptedAt: null });
  }
  return settle(context, command, created, (replyId) => ({ replyId, replyDigest }));
}

async function settle<T>(
  { store }: ConversationContext,
  command: CommandRecord,
  result: GitHubResult<T>,
  note: (value: T) => CommandChange,
): Promise<Step> {
  if (!result.ok) return { kind: 'failed', failure: result.failure };
  await store.saveCommand(command.id, note(result.value));
  return { kind: 'wait', ms: PACE_MS };
}

async function describe(
  context: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  deployments: readonly Deployment[],
): Promise<ReplyBody> {
  const { answer } = command;
  switch (answer.kind) {
    case 'redeploy':
    case 'withdraw':
      return { ...answer, deployments: await show(context, deployments) };
    case 'status': {
      const workspaces = answer.workspaces.map(async (workspace) => ({
        workspace,
        recent: await show(context, await context.store.listRecent(workspace.id, RECENT)),
      }));
      return { kind: 'status', workspaces: await Promise.all(workspaces) };
    }
    case 'logs':
      return { ...answer, log: await context.readLogTail(answer, repository) };
    default:
      return answer;
  }
}

function show(
  { store }: ConversationContext,
  deployments: readonly Deployment[],
): Promise<ShownDeployment[]> {
  return Promise.all(
    deployments.map(async (deployment) => ({
      deployment,
      supersededBy: deployment.supersededBy ? await store.getDeployment(deployment.supersededBy) : null,
    })),
  );
}
