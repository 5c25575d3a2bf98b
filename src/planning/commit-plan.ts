import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import { type CommitRunReader, isProjectRunId } from '../domain/commit-run.ts';
import type { Delivery } from '../domain/delivery.ts';
import { type Deployment, isReported } from '../domain/deployment.ts';
import type { Waker } from '../domain/dispatcher.ts';
import type { Notices } from '../domain/notification.ts';
import { REASON_CODES, type ReasonCode } from '../domain/reason-codes.ts';
import { isRequiredCheckId } from '../domain/required-check.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import type { Reporter } from '../reporting/reporter.ts';
import type { Plan, PlannedChecks, PlanStore } from './plan-store.ts';

export interface CommitContext {
  readonly plans: PlanStore;
  readonly commitRuns: CommitRunReader;
  readonly clock: Clock;
  readonly dispatcher: Waker;
  readonly reporter: Reporter;
  readonly notices: Notices;
  readonly onConcluded: (deployment: Deployment) => void;
  /** Counts a decision about a workspace, or about a delivery without one, in the metrics. */
  readonly onDecision: (reason: ReasonCode) => void;
}

/** The delay of a project's check after the plan, so that its deployments' requests to GitHub go first. */
const CHECK_AFTER_MS = 250;

/** GitHub sends the events of a push and of its pull request at the same time; then the required check is judged by both. */
const PULL_EVENT_MS = 3_000;

/** Stores the plan of a delivery and wakes the queues that carry it out. */
export async function commitPlan(
  context: CommitContext,
  delivery: Delivery,
  plan: Plan,
  log: Logger,
): Promise<void> {
  const notice = context.notices.preparePlan(delivery.event.repository);
  const changed = await context.plans.commitPlan(
    { ...plan, deliveryId: delivery.id, now: context.clock.now() },
    notice.describe,
  );
  notice.wake();
  const decided = plan.deployments.length > 0 ? plan.deployments.map(({ reason }) => reason) : [plan.outcome];
  for (const reason of decided) context.onDecision(reason);
  const { command } = plan;
  if (command) {
    log.info({ outcome: plan.outcome, actor: command.actor, place: command.place.kind }, 'Command handled');
    context.dispatcher.wake('command', command.id);
    if (plan.pipelineWatch) context.dispatcher.wake('pipelines', plan.pipelineWatch.id);
  } else if (plan.deployments.length === 0) {
    log.info(
      {
        noop: plan.outcome,
        why: REASON_CODES[plan.outcome],
        account: delivery.event.account,
        accountId: delivery.event.repository.ownerId,
      },
      'Delivery handled: nothing to deploy',
    );
  }
  // The check run is written again with its log, so the log is read first.
  if (plan.rerunWatch) context.dispatcher.wake('log', plan.rerunWatch.id);
  for (const deployment of changed) announce(context, deployment, log);
  for (const { deploymentId } of plan.unchanged ?? []) context.dispatcher.wake('environment', deploymentId);
  for (const workspace of plan.wake ?? []) {
    context.dispatcher.wake('workspace', formatWorkspaceKey(workspace));
  }
  await wakeCommitRuns(context, plan, log);
}

async function wakeCommitRuns(context: CommitContext, plan: Plan, log: Logger): Promise<void> {
  const requiredAfterMs = plan.awaitsPull ? PULL_EVENT_MS : 0;
  for (const id of [...listChecks(plan), ...(plan.rewrittenRuns ?? [])]) {
    if (isProjectRunId(id)) context.dispatcher.wake('project', id, CHECK_AFTER_MS);
    else if (isRequiredCheckId(id)) context.dispatcher.wake('required', id, requiredAfterMs);
    else await announceConfiguration(context, id, log);
  }
}

/** Stores check runs about the projects of a commit, before the rest of a plan, and wakes their queue. */
export async function commitChecks(
  { plans, dispatcher }: Pick<CommitContext, 'plans' | 'dispatcher'>,
  checks: PlannedChecks,
): Promise<void> {
  await plans.commitChecks(checks);
  for (const id of listChecks(checks)) dispatcher.wake('project', id);
}

function listChecks({ commitRuns = [], leftComparisons = [] }: Partial<PlannedChecks>): string[] {
  return [...commitRuns.map(({ id }) => id), ...leftComparisons.map(({ runId }) => runId)];
}

async function announceConfiguration(
  { commitRuns, reporter }: CommitContext,
  id: string,
  log: Logger,
): Promise<void> {
  const run = await commitRuns.getCommitRun(id);
  if (!run || isReported(run)) return;
  log.info({ sha: run.sha, verdict: run.verdict.kind }, 'Configuration file judged');
  reporter.commitJudged(run);
}

function announce(
  { dispatcher, reporter, onConcluded }: CommitContext,
  deployment: Deployment,
  log: Logger,
): void {
  const fields = {
    account: deployment.account,
    workspace: deployment.workspaceId,
    sha: deployment.sha,
    deployment: deployment.id,
  };
  if (deployment.conclusion === 'none') {
    const { reason, problem } = deployment;
    const why = REASON_CODES[reason];
    log.info(
      { ...fields, noop: reason, why, ...(problem !== null && { problem }) },
      'Workspace not deployed',
    );
    return;
  }
  log.info({ ...fields, reason: deployment.reason, state: deployment.state }, describeChange(deployment));
  if (deployment.rerun && deployment.state === 'concluded') {
    // The check run is written again with its log, so the log is read first.
    dispatcher.wake('log', deployment.id);
    return;
  }
  if (deployment.state === 'concluded') onConcluded(deployment);
  reporter.changed(deployment);
  dispatcher.wake('workspace', formatWorkspaceKey(deployment));
}

function describeChange(deployment: Deployment): string {
  if (deployment.reason === 'superseded') return 'Deployment superseded';
  if (deployment.rerun) return 'Check run re-run';
  return deployment.withdrawnBy === null ? 'Deployment planned' : 'Deployment to be withdrawn';
}
