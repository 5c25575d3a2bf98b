import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { Answer, CommandChange, CommandRecord } from '../domain/conversation.ts';
import type { ConversationApi } from '../domain/conversation-api.ts';
import type { Deployment, Repository } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import type { Pages } from '../domain/pages.ts';
import type { PipelineWatch, PipelineWatchReader } from '../domain/pipeline-watch.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { ShownDeployment } from '../reporting/render/describe-shown.ts';
import { findInRepository } from '../reporting/render-run.ts';
import type { WriteStep } from '../reporting/retry-policy.ts';
import {
  type CommentPorts,
  type CommentState,
  type OwnComment,
  removeDuplicates,
  writeComment,
} from '../reporting/write-comment.ts';
import type { CommandStore } from './command-store.ts';
import type { ReadPipelines } from './pipelines/read-pipelines.ts';
import type { FirstErrorReader, PipelineErrorReader } from './read-first-error.ts';
import type { LogTailReader } from './read-log-tail.ts';
import { markReply, type ReplyBody, type ReplyView, type ShownWatch } from './replies/reply-view.ts';

/** Stored instead of the digest if GitHub refuses a reply. */
export const REFUSED = 'refused';
/** How many deployments of a workspace its status shows. */
const RECENT = 5;

/** What a command started or stopped. */
export interface Started {
  readonly deployments: readonly Deployment[];
  /** Null: no jobs of pipelines. */
  readonly watch: PipelineWatch | null;
}

/** Answers whose replies change until the end. */
const PROGRESSING: ReadonlySet<Answer['kind']> = new Set(['redeploy', 'withdraw', 'verify', 'run']);

/** Null if the reply is up to date. */
export async function writeReply(
  context: ConversationContext & CommentPorts,
  command: CommandRecord,
  repository: Repository,
  { deployments, watch }: Started,
): Promise<WriteStep | null> {
  // A comment on a commit can't be edited, so it is written once, at the end.
  const isOnce = !PROGRESSING.has(command.answer.kind) || command.place.kind === 'commit';
  if (command.replyDigest === REFUSED || (command.replyId !== null && isOnce)) return null;
  const body = await describe(context, command, repository, { deployments, watch });
  const { githubUrl } = context.pages;
  const { account } = command;
  const workspaceUrl = (workspaceId: string) => context.pages.workspaceUrl({ account, workspaceId });
  const text = context.render({ command, repository, githubUrl, workspaceUrl, body });
  return writeComment(context, toComment(context, command, repository), text);
}

/** Null if there can be no duplicate. */
export function removeDuplicateReplies(
  context: ConversationContext & CommentPorts,
  command: CommandRecord,
  repository: Repository,
): Promise<WriteStep | null> {
  return removeDuplicates(context, toComment(context, command, repository));
}

function toComment(
  { store }: ConversationContext,
  { id, place, replyId, replyAttemptedAt, replyDigest }: CommandRecord,
  repository: Repository,
): OwnComment {
  return {
    repository,
    place,
    marker: markReply(id),
    state: { id: replyId, attemptedAt: replyAttemptedAt, digest: replyDigest },
    save: (change) => store.saveCommand(id, toCommandChange(change)),
  };
}

function toCommandChange({ id, attemptedAt, digest }: Partial<CommentState>): CommandChange {
  return {
    ...(id === undefined ? {} : { replyId: id }),
    ...(attemptedAt === undefined ? {} : { replyAttemptedAt: attemptedAt }),
    ...(digest === undefined ? {} : { replyDigest: digest }),
  };
}

async function describe(
  context: ConversationContext,
  command: CommandRecord,
  repository: Repository,
  { deployments, watch }: Started,
): Promise<ReplyBody> {
  const { answer } = command;
  switch (answer.kind) {
    case 'redeploy': {
      const shown = (await show(context, deployments)).map(async (one) => ({
        ...one,
        error: await context.readFirstError(one.deployment, repository),
      }));
      return { ...answer, deployments: await Promise.all(shown) };
    }
    case 'withdraw':
      return { ...answer, deployments: await show(context, deployments) };
    case 'status': {
      const statuses = answer.workspaces.map(async (workspace) => ({
        workspace,
        recent: await show(context, await listRecent(context, command, workspace.id)),
      }));
      const failing = answer.pipelines ? await context.readPipelines(answer.workspaces, command) : [];
      return { ...answer, statuses: await Promise.all(statuses), failing };
    }
    case 'logs':
      return { ...answer, log: await context.readLogTail(answer, command, repository) };
    case 'pipelines':
      return { ...answer, read: await context.readPipelines(answer.workspaces, command) };
    case 'verify':
    case 'run':
      return { ...answer, watch: watch && (await showWatch(context, watch, repository)) };
    default:
      return answer;
  }
}

async function showWatch(
  { readPipelineError }: ConversationContext,
  watch: PipelineWatch,
  repository: Repository,
): Promise<ShownWatch> {
  const pipelines = watch.pipelines.map(async (pipeline) => ({
    ...pipeline,
    error: await readPipelineError(watch, pipeline, repository),
  }));
  return { ...watch, pipelines: await Promise.all(pipelines) };
}

/** The account is never null here: without one, the command was refused. */
function listRecent(
  { store }: ConversationContext,
  { account, repositoryId }: CommandRecord,
  workspaceId: string,
): Promise<Deployment[]> {
  return store.listRecent({ account: account ?? '', workspaceId, repositoryId }, RECENT);
}

function show(
  { store }: ConversationContext,
  deployments: readonly Deployment[],
): Promise<ShownDeployment[]> {
  return Promise.all(
    deployments.map(async (deployment) => ({
      deployment,
      supersededBy: await findInRepository(store, deployment.supersededBy, deployment.repositoryId),
    })),
  );
}

/** The ports of a conversation's steps. */
export interface ConversationContext {
  readonly store: CommandStore & DeploymentReader & PipelineWatchReader;
  readonly repositories: RepositoryReader;
  readonly api: ConversationApi;
  /** Renders the reply. The result contains no secrets. */
  readonly render: (view: ReplyView) => string;
  readonly readLogTail: LogTailReader;
  readonly readFirstError: FirstErrorReader;
  readonly readPipelines: ReadPipelines;
  readonly readPipelineError: PipelineErrorReader;
  readonly pages: Pages;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}
