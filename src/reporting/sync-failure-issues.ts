import { type Deployment, isReported, type Repository } from '../domain/deployment.ts';
import { ageOf } from '../domain/stored-times.ts';
import { createOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
import { DISABLED_MS, type FailureIssue } from './failure-issue.ts';
import {
  type DueIssue,
  type FailureIssueContext,
  finish,
  finishBeforeOthers,
  giveRoom,
  type IssuePorts,
  NEVER,
  wakeOpen,
} from './failure-issue-context.ts';
import { markFailureIssue } from './render/render-failure-issue.ts';
import { failed, RetryPolicy, type WriteStep } from './retry-policy.ts';
import { closeDuplicates, editIssue, makeIssue, takeOver } from './write-failure-issue.ts';

/** How often, and for how long, to check whether the check run that the issue links to is written. */
const REPORT_CHECK_MS = 1_000;
const REPORT_PATIENCE_MS = 20_000;
/** How long to wait for the comment that may make the issue unnecessary. */
const COMMENT_PATIENCE_MS = 40_000;

/**
 * Keeps the issues about a repository's broken workspaces up to date. The key is the repository's id, so that the issues are
 * counted and created one after the other; the result is the delay until the next look (milliseconds). Each step is stored.
 */
export function createFailureIssueSync(
  context: FailureIssueContext,
): (repositoryKey: string) => Promise<number | null> {
  const { store, clock } = context;
  const retryPolicy = new RetryPolicy(context);
  const ports = { ...context, createOnce: createOnce(clock) };

  return async (repositoryKey) => {
    const repository = await context.repositories.getRepository(Number(repositoryKey));
    if (!repository) return null;
    let next: number | null = null;
    for (const issue of await store.listDueIssues(repository.id)) {
      const finish = () => store.finishFailureIssue(issue, clock.now());
      const delayMs = await retryPolicy.next(await takeStep(ports, issue, repository), {
        id: issue.id,
        fields: { repository: repository.id, workspace: issue.workspaceId },
        since: issue.notedAt,
        write: 'failure_issue',
        leaveOut: finish,
        giveUp: finish,
      });
      next = delayMs === null ? next : Math.min(next ?? delayMs, delayMs);
    }
    return next;
  };
}

async function takeStep(ports: IssuePorts, issue: FailureIssue, repository: Repository): Promise<WriteStep> {
  const ended = await ports.store.getDeployment(issue.deploymentId);
  // The failure is noted before the end is stored.
  if (ended && ended.state !== 'concluded') return NEVER;
  const situation = await ports.store.readFailureSituation(issue);
  if (!situation) return finish(ports, issue);
  const subject = { issue, repository, situation };
  const duplicates = await closeDuplicates(ports, subject);
  if (duplicates) return duplicates;
  return situation.brokenSince === null
    ? repair(ports, subject)
    : announce(ports, subject, situation.brokenSince);
}

/** Closes the issue of a workspace that works again. */
async function repair(ports: IssuePorts, { issue, repository, situation }: DueIssue): Promise<WriteStep> {
  const { store, api } = ports;
  if (issue.state === 'listed') {
    await wakeOpen(ports, repository);
    await store.saveFailureIssue(issue.id, { state: issue.issueNumber === null ? null : 'closed' });
    return finishBeforeOthers(ports, issue);
  }
  if (issue.issueNumber === null) return findLost(ports, { issue, repository, situation });
  if (issue.state !== 'open') return finish(ports, issue);
  if (mustWaitForReport(ports, situation.last)) return { kind: 'wait', delayMs: REPORT_CHECK_MS };
  const shown = await api.read(repository, issue.issueNumber);
  if (!shown.ok) return failed(shown.failure);
  if (shown.value?.isOpen) {
    const marker = markFailureIssue(issue.id);
    const body = await ports.failures.renderRepaired(situation.last, repository, marker);
    const edit = { body, state: 'closed', reason: 'completed' } as const;
    const closed = await api.edit(repository, issue.issueNumber, edit);
    if (!closed.ok) return failed(closed.failure);
  }
  await giveRoom(ports, repository);
  await store.saveFailureIssue(issue.id, { state: 'closed', digest: null, errorKey: null });
  return finishBeforeOthers(ports, issue);
}

/** A create may have succeeded for a workspace that works again meanwhile, or an earlier database may have known an issue. */
async function findLost(ports: IssuePorts, { issue, repository }: DueIssue): Promise<WriteStep> {
  const { attemptedAt } = issue;
  const found = await ports.api.find(repository, markFailureIssue(issue.id));
  if (!found.ok) {
    const mayHaveNone = attemptedAt === null && found.failure.kind === 'rejected';
    return mayHaveNone ? finish(ports, issue) : failed(found.failure);
  }
  if (found.value.length > 0) return takeOver(ports, issue, found.value);
  const delayMs = attemptedAt === null ? 0 : DUPLICATE_CHECK_MS - ageOf(ports.clock, attemptedAt);
  if (delayMs > 0) return { kind: 'wait', delayMs: Math.min(delayMs, 5_000) };
  await ports.store.saveFailureIssue(issue.id, { attemptedAt: null });
  return finish(ports, issue);
}

/** Creates or edits the issue of a broken workspace. */
async function announce(ports: IssuePorts, subject: DueIssue, brokenSince: Deployment): Promise<WriteStep> {
  const { store, clock } = ports;
  const { issue, repository, situation } = subject;
  const wanted = await ports.readWanted(repository.id);
  if (!wanted.failureIssues) return finish(ports, issue);
  const disabledAt = await store.findIssuesDisabled(repository.id);
  if (disabledAt !== null && ageOf(clock, disabledAt) < DISABLED_MS) return finish(ports, issue);
  if (mustWaitForReport(ports, situation.last)) return { kind: 'wait', delayMs: REPORT_CHECK_MS };
  if (issue.state !== 'open' && wanted.failureComments) {
    const comment = await readComment(ports, situation.last);
    if (comment === 'undecided') return { kind: 'wait', delayMs: REPORT_CHECK_MS };
    if (comment === 'commented') return finish(ports, issue);
  }
  if (issue.issueNumber === null)
    return makeIssue(ports, subject, { brokenSince, labels: wanted.issueLabels });
  return editIssue(ports, subject, brokenSince);
}

function mustWaitForReport({ clock }: IssuePorts, deployment: Deployment): boolean {
  return !isReported(deployment) && ageOf(clock, deployment.concludedAt ?? 0) < REPORT_PATIENCE_MS;
}

/** Reads if a comment on the merged pull request reports the failure. */
async function readComment(
  { store, clock }: IssuePorts,
  { repositoryId, sha, conclusion, concludedAt }: Deployment,
): Promise<'commented' | 'none' | 'undecided'> {
  if (conclusion !== 'failure') return 'none';
  const comment = await store.getFailureComment(`${repositoryId}:${sha}`);
  if (!comment) return 'none';
  if (comment.commentId !== null) return 'commented';
  const isUndecided = comment.finishedAt === null && ageOf(clock, concludedAt ?? 0) < COMMENT_PATIENCE_MS;
  return isUndecided ? 'undecided' : 'none';
}
