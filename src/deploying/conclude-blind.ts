import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import { judgeStart } from '../domain/judge-failure.ts';
import type { MeltanoResult } from '../domain/meltano.ts';
import { describeFailure } from '../reporting/render/describe-failure.ts';
import { conclude } from './conclude.ts';
import type { ReconcileContext, StepResult } from './reconcile-context.ts';

/** Whether nothing can be seen of the deployment's job: its account has no credentials. */
export function isBlind(context: ReconcileContext, { account }: Deployment): boolean {
  return context.accounts.byKey(account)?.seesJobs === false;
}

/**
 * What a start comes to whose job can't be seen. An answer that is lost ends it as well: since nobody can look whether
 * there is a job, the start is never sent again. Null for a refusal, after which it may be.
 */
export function concludeBlind(
  context: ReconcileContext,
  deployment: Deployment,
  started: MeltanoResult<Job>,
): Promise<StepResult> | null {
  const isAccepted = started.ok || started.failure.kind === 'unexpected_body';
  if (isAccepted) return conclude(context, deployment, { conclusion: 'neutral', reason: 'start_accepted' });
  if (judgeStart(started.failure).kind !== 'look') return null;
  return concludeUnanswered(context, deployment, describeFailure(started.failure));
}

/** Whether there is a job isn't known, and never will be. */
export function concludeUnanswered(
  context: ReconcileContext,
  deployment: Deployment,
  problem: string | null,
): Promise<StepResult> {
  return conclude(context, deployment, { conclusion: 'neutral', reason: 'start_unanswered', problem });
}
