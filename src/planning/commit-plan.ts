import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import { type Deployment, isReported } from '../domain/deployment.ts';
import { REASON_CODES } from '../domain/reason-codes.ts';
import { formatWorkspaceKey } from '../domain/workspace-key.ts';
import type { PlanContext } from './plan-deliveries.ts';
import type { Plan } from './plan-store.ts';

type CommitContext = Pick<
  PlanContext,
  'plans' | 'clock' | 'dispatcher' | 'reporter' | 'configurationRuns' | 'onConcluded' | 'onDecision'
>;

/** Stores what was planned for a delivery, and tells whoever goes on with it. */
export function createPlanCommitter(
  context: CommitContext,
): (delivery: Delivery, plan: Plan, log: Logger) => Promise<void> {
  const { clock } = context;

  return async function commit(delivery, plan, log) {
    const changed = await context.plans.commitPlan({ ...plan, deliveryId: delivery.id, now: clock.now() });
    const decided =
      plan.deployments.length > 0 ? plan.deployments.map(({ reason }) => reason) : [plan.outcome];
    for (const reason of decided) context.onDecision(reason);
    const { command } = plan;
    if (command) {
      log.info({ outcome: plan.outcome, actor: command.actor, place: command.place.kind }, 'Command handled');
      context.dispatcher.wake('command', command.id);
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
    for (const deployment of changed) announce(deployment, log);
    const runs = [...(plan.configurationRuns ?? []).map(({ id }) => id), ...(plan.rewrittenRuns ?? [])];
    for (const id of runs) await announceConfiguration(id, log);
  };

  async function announceConfiguration(id: string, log: Logger): Promise<void> {
    const run = await context.configurationRuns.getConfigurationRun(id);
    if (!run || isReported(run)) return;
    log.info({ sha: run.sha, verdict: run.verdict.kind }, 'Configuration file judged');
    context.reporter.configurationRead(run);
  }

  function announce(deployment: Deployment, log: Logger): void {
    const fields = {
      account: deployment.account,
      workspace: deployment.workspaceId,
      sha: deployment.sha,
      deployment: deployment.id,
    };
    if (deployment.conclusion === 'none') {
      const { reason, problem } = deployment;
      log.info({ ...fields, noop: reason, why: problem ?? REASON_CODES[reason] }, 'Workspace not deployed');
      return;
    }
    log.info({ ...fields, reason: deployment.reason, state: deployment.state }, describeChange(deployment));
    if (deployment.rerun && deployment.state === 'concluded') {
      // Its check run is written once more, as it was: for that its log is read again.
      context.dispatcher.wake('log', deployment.id);
      return;
    }
    if (deployment.state === 'concluded') context.onConcluded(deployment);
    context.reporter.changed(deployment);
    context.dispatcher.wake('workspace', formatWorkspaceKey(deployment));
  }
}

function describeChange(deployment: Deployment): string {
  if (deployment.reason === 'superseded') return 'Deployment superseded';
  if (deployment.rerun) return 'Check run re-run';
  return deployment.withdrawnBy === null ? 'Deployment planned' : 'Deployment to be withdrawn';
}
