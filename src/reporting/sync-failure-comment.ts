import type { ConversationApi } from '../domain/conversation-api.ts';
import { type Deployment, isReported, type Repository } from '../domain/deployment.ts';
import type { Pages } from '../domain/pages.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { WayBack } from '../domain/way-back.ts';
import { createOnce } from './create-once.ts';
import type { FailureComment, FailureCommentStore, NotedFailure } from './failure-comment.ts';
import { type FailureCommentView, markFailureComment } from './render/render-failure-comment.ts';
import { failed, RetryPolicy, type RetryPorts, type WriteStep } from './retry-policy.ts';
import type { FindWayBack } from './way-back.ts';
import { type CommentPorts, type OwnComment, removeDuplicates, writeComment } from './write-comment.ts';

/** How often to check whether the check runs that the comment links to are written. */
const REPORT_CHECK_MS = 1_000;

export interface FailureCommentContext extends RetryPorts {
  readonly store: FailureCommentStore;
  readonly repositories: RepositoryReader;
  readonly api: ConversationApi;
  /** Renders the comment. The result contains no secrets. */
  readonly render: (view: FailureCommentView) => string;
  readonly pages: Pages;
  readonly findWayBack: FindWayBack;
}

/**
 * Keeps the comment about a commit's failed deployments up to date, on the merged pull request of the commit. Without such
 * a pull request there is no comment. Takes the comment's id in the store; returns the delay until the next step. Each step
 * is stored, so none is done twice.
 */
export function createFailureCommentSync(
  context: FailureCommentContext,
): (id: string) => Promise<number | null> {
  const { store, clock } = context;
  const retryPolicy = new RetryPolicy(context);
  const ports = { ...context, createOnce: createOnce(clock) };

  return async (id) => {
    const comment = await store.getFailureComment(id);
    const repository = comment && (await context.repositories.getRepository(comment.repositoryId));
    if (!comment || !repository || comment.finishedAt !== null) return null;
    const failures = await store.listFailures(comment);
    const finish = () => store.saveFailureComment(id, { finishedAt: clock.now() });
    return retryPolicy.next(await takeStep(ports, { comment, repository, failures }, finish), {
      id,
      fields: { repository: repository.id, sha: comment.sha },
      since: lastNews(failures),
      write: 'failure_comment',
      leaveOut: finish,
      giveUp: finish,
    });
  };
}

interface Subject {
  readonly comment: FailureComment;
  readonly repository: Repository;
  readonly failures: readonly NotedFailure[];
}

async function takeStep(
  context: FailureCommentContext & CommentPorts,
  { comment, repository, failures }: Subject,
  finish: () => Promise<void>,
): Promise<WriteStep> {
  const { store, api, pages } = context;
  const [first] = failures;
  // The comment is noted before the deployment ends.
  if (!first) return { kind: 'wait', delayMs: null };
  if (!listDeployments(failures).every(isReported)) return { kind: 'wait', delayMs: REPORT_CHECK_MS };
  if (comment.pullRequest === null) {
    const { branch } = first.deployment;
    const found = await api.findMergedPullRequest(repository, { sha: comment.sha, branch });
    if (!found.ok) return failed(found.failure);
    if (found.value === null) await finish();
    else await store.saveFailureComment(comment.id, { pullRequest: found.value });
    return { kind: 'wait', delayMs: found.value === null ? null : 0 };
  }
  const { account } = first.deployment;
  const text = context.render({
    repository,
    failures,
    wayBack: await findOnlyWayBack(context, repository, failures),
    githubUrl: pages.githubUrl,
    workspaceUrl: (workspaceId) => pages.workspaceUrl({ account, workspaceId }),
  });
  const own: OwnComment = {
    repository,
    place: { kind: 'pull_request', number: comment.pullRequest },
    marker: markFailureComment(comment.id),
    state: { id: comment.commentId, attemptedAt: comment.attemptedAt, digest: comment.digest },
    save: ({ id, ...change }) =>
      store.saveFailureComment(comment.id, { ...change, ...(id === undefined ? {} : { commentId: id }) }),
  };
  const written = (await writeComment(context, own, text)) ?? (await removeDuplicates(context, own));
  if (written) return written;
  if (failures.every((one) => one.repairedBy !== null)) await finish();
  return { kind: 'wait', delayMs: null };
}

async function findOnlyWayBack(
  { findWayBack }: FailureCommentContext,
  repository: Repository,
  [only, another]: readonly NotedFailure[],
): Promise<WayBack | null> {
  if (!only || another || only.repairedBy !== null) return null;
  return findWayBack(only.deployment, repository);
}

function listDeployments(failures: readonly NotedFailure[]): Deployment[] {
  return failures.flatMap(({ deployment, repairedBy }) => [deployment, ...(repairedBy ? [repairedBy] : [])]);
}

/** When the newest of the shown deployments ended (epoch milliseconds). */
function lastNews(failures: readonly NotedFailure[]): number {
  return Math.max(0, ...listDeployments(failures).map((one) => one.concludedAt ?? 0));
}
