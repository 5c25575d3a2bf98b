import type { Repository } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import { ageOf } from '../domain/stored-times.ts';
import { type CreateOnce, DUPLICATE_CHECK_MS } from './create-once.ts';
import type { FailureComment } from './failure-comment.ts';
import type { FailureIssue, FailureIssueStore, FailureSituation, IssueApi } from './failure-issue.ts';
import type { WantedOutputs } from './post-deployment-outputs.ts';
import type { RenderFailure } from './render-failure.ts';
import type { RetryPorts, WriteStep } from './retry-policy.ts';

export interface FailureIssueContext extends RetryPorts {
  readonly store: FailureIssueStore &
    DeploymentReader & { getFailureComment(id: string): Promise<FailureComment | null> };
  readonly repositories: RepositoryReader;
  readonly api: IssueApi;
  readonly readWanted: (repositoryId: number) => Promise<WantedOutputs>;
  readonly failures: RenderFailure;
  /** Shows a deployment's check run again, which says that issues are disabled. */
  readonly reportAgain: (deploymentId: string) => void;
}

export type IssuePorts = FailureIssueContext & { readonly createOnce: CreateOnce };

/** A due issue, and the newest results of its workspace. */
export interface DueIssue {
  readonly issue: FailureIssue;
  readonly repository: Repository;
  readonly situation: FailureSituation;
}

export const AT_ONCE: WriteStep = { kind: 'wait', delayMs: 0 };
export const NEVER: WriteStep = { kind: 'wait', delayMs: null };

/** Marks the issue as finished, unless a duplicate may exist. */
export async function finish({ store, clock }: IssuePorts, issue: FailureIssue): Promise<WriteStep> {
  if (issue.issueNumber !== null && issue.attemptedAt !== null) {
    return { kind: 'wait', delayMs: Math.max(0, DUPLICATE_CHECK_MS - ageOf(clock, issue.attemptedAt)) };
  }
  await store.finishFailureIssue(issue, clock.now());
  return NEVER;
}

/** The same, when other issues are due now. */
export async function finishBeforeOthers(ports: IssuePorts, issue: FailureIssue): Promise<WriteStep> {
  const step = await finish(ports, issue);
  return step === NEVER ? AT_ONCE : step;
}

/**
 * Makes the open issues due: the list in the newest one may change, or another one may become the newest. Call it before the
 * change is stored, so that a crash in between loses nothing.
 */
export async function wakeOpen({ store }: IssuePorts, { id }: Repository): Promise<void> {
  for (const open of await store.listOpenIssues(id)) {
    await store.saveFailureIssue(open.id, { finishedAt: null });
  }
}

/** The same before one of them is closed: a listed workspace may get an issue of its own. */
export async function giveRoom(ports: IssuePorts, repository: Repository): Promise<void> {
  for (const listed of await ports.store.listListedIssues(repository.id)) {
    await ports.store.saveFailureIssue(listed.id, { finishedAt: null });
  }
  await wakeOpen(ports, repository);
}
