import type { Logger } from 'pino';
import { type Delivery, makeSweepDeliveryId, type PushEvent } from '../domain/delivery.ts';
import type { Deployment } from '../domain/deployment.ts';
import { selectWorkspaces } from '../domain/match-workspaces.ts';
import { type PlanningPorts, planPush, refusePush, tracksPushedBranch } from '../domain/plan-push.ts';
import type {
  Account,
  Accounts,
  Clock,
  DeliveryStore,
  Dispatcher,
  InstallationReader,
  MeltanoFailure,
  PlannedDeployment,
  PlanStore,
  Reporter,
  RepositoryStore,
  SweepStore,
} from '../domain/ports.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import type { Workspace } from '../domain/workspace.ts';
import { describeFailure } from './judge-failure.ts';

export interface PlanContext {
  readonly deliveries: DeliveryStore;
  readonly repositories: RepositoryStore;
  readonly plans: PlanStore;
  readonly sweeps: Pick<SweepStore, 'wasAskedForAgain'>;
  readonly heads: Pick<InstallationReader, 'readHead'>;
  readonly accounts: Accounts;
  readonly planning: PlanningPorts;
  readonly reporter: Reporter;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly githubHost: string;
  /** GitHub logins (lower case) that are served; null serves everyone. */
  readonly allowedAccounts: ReadonlySet<string> | null;
  readonly onConcluded: (deployment: Deployment) => void;
}

/** The account's workspaces can't be read now. */
class ListFailed extends Error {
  readonly retryAfterMs: number | null;

  constructor(failure: MeltanoFailure) {
    const isRefused = failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
    const advice = isRefused ? ' (check the Meltano Cloud credentials in the environment of this app)' : '';
    super(`The workspaces could not be read: ${describeFailure(failure)}${advice}`);
    this.retryAfterMs = failure.kind === 'status' ? failure.retryAfterMs : null;
  }
}

/** What a refusal of Meltano Cloud says is enough; anything else may be a mistake of ours, and keeps its stack. */
function describeError(error: unknown): object {
  return error instanceof ListFailed ? { problem: error.message } : { err: error };
}

interface Plan {
  readonly outcome: ReasonCode;
  readonly deployments: readonly PlannedDeployment[];
}

/** The longest wait between two tries to plan a delivery (milliseconds). */
const MAX_POSTPONE_MS = 5 * 60_000;

/**
 * Turns a repository's stored deliveries into deployments. Returns in how many milliseconds the next one is due, or
 * null when all are planned. Run it for one repository at a time; the key is the repository's id.
 */
export function createPlanner(context: PlanContext): (repositoryKey: string) => Promise<number | null> {
  const { clock } = context;

  return async function planRepository(repositoryKey) {
    let next: number | null = null;
    for (const delivery of await context.deliveries.listPending(Number(repositoryKey))) {
      const delay = await planDue(delivery);
      if (delay !== null) next = Math.min(next ?? delay, delay);
    }
    return next;
  };

  async function planDue(delivery: Delivery): Promise<number | null> {
    const wait = (delivery.retryAt ?? 0) - clock.now();
    if (wait > 0) return wait;
    const log = context.log.child({ delivery: delivery.id, repository: delivery.event.repository.id });
    try {
      const plan = await makePlan(delivery, log);
      if (typeof plan === 'number') return plan;
      await commit(delivery, plan, log);
      return null;
    } catch (error) {
      log.warn(
        { ...describeError(error), attempts: delivery.attempts + 1 },
        'The delivery could not be planned: trying again',
      );
      const asked = error instanceof ListFailed ? error.retryAfterMs : null;
      const delay = Math.min(
        MAX_POSTPONE_MS,
        chooseRetryDelay(delivery.attempts + 1, asked, context.random()),
      );
      await context.deliveries.postpone(delivery.id, delivery.attempts + 1, clock.now() + delay);
      return delay;
    }
  }

  async function makePlan(delivery: Delivery, log: Logger): Promise<Plan | number> {
    const { event } = delivery;
    const formerFullName = event.kind === 'repository' ? event.formerFullName : null;
    await context.repositories.learnRepository(event.repository, formerFullName, delivery.receivedAt);
    if (event.kind === 'repository') return { outcome: 'repository_updated', deployments: [] };
    const refusal = refusePush(event) ?? refuseAccount(event.account);
    if (refusal) return { outcome: refusal, deployments: [] };
    const account = context.accounts.forOwner(event.account);
    if (!account) return { outcome: 'account_not_served', deployments: [] };
    if (await wasFoundBefore(event)) return { outcome: 'found_before', deployments: [] };
    const workspaces = await findWorkspaces(account, event, delivery.receivedAt, log);
    if (typeof workspaces === 'number') return workspaces;
    if (workspaces.length === 0) return { outcome: 'no_workspace', deployments: [] };
    const { id: deliveryId, receivedAt } = delivery;
    const overtaken = await wasOvertaken(deliveryId, event);
    const deployments = await planPush(
      { deliveryId, receivedAt, event, account: account.key, workspaces, overtaken },
      context.planning,
    );
    return { outcome: 'push', deployments };
  }

  /** A delivery that comes after the sweep found its push joins the deployment that the sweep made. */
  async function wasFoundBefore(push: PushEvent): Promise<boolean> {
    if (push.foundBySweep) return false;
    const id = makeSweepDeliveryId(push.repository.id, push.ref, push.after);
    const found = await context.deliveries.findDelivery(id);
    return found?.event.kind === 'push' && (push.pushedAt ?? 0) <= (found.event.pushedAt ?? 0);
  }

  /** Only a delivery that was missed is asked this: every other one is as new as can be. */
  async function wasOvertaken(deliveryId: string, push: PushEvent): Promise<boolean> {
    if (!(await context.sweeps.wasAskedForAgain(deliveryId))) return false;
    const branch = push.ref.replace(/^refs\/heads\//, '');
    return (await context.heads.readHead(push.repository, branch)) !== push.after;
  }

  function refuseAccount(login: string): ReasonCode | null {
    const allowed = context.allowedAccounts;
    return allowed === null || allowed.has(login.toLowerCase()) ? null : 'account_not_allowed';
  }

  /**
   * A "no workspace tracks this branch" counts only from a list that was read after the push: a workspace may have
   * been set up a moment ago. A number is the wait until such a list may be read.
   */
  async function findWorkspaces(
    account: Account,
    push: PushEvent,
    receivedAt: number,
    log: Logger,
  ): Promise<readonly Workspace[] | number> {
    const names = await context.repositories.listNames(push.repository.id);
    const identity = { host: context.githubHost, fullNames: new Set(names) };
    const current = await account.directory.current();
    if (!current.ok) throw new ListFailed(current.failure);
    const known = selectWorkspaces(current.value.workspaces, identity);
    if (current.value.readAt >= receivedAt || known.some((one) => tracksPushedBranch(one, push)))
      return known;
    const newer = await account.directory.newerThan(receivedAt);
    if (typeof newer === 'number') {
      log.debug({ waitMs: newer }, 'No workspace yet: waiting for a newer list');
      return newer;
    }
    if (!newer.ok) throw new ListFailed(newer.failure);
    return selectWorkspaces(newer.value.workspaces, identity);
  }

  async function commit(delivery: Delivery, plan: Plan, log: Logger): Promise<void> {
    const changed = await context.plans.commitPlan({
      deliveryId: delivery.id,
      outcome: plan.outcome,
      deployments: plan.deployments,
      now: clock.now(),
    });
    if (plan.deployments.length === 0) {
      log.info(
        { noop: plan.outcome, account: delivery.event.account },
        'Delivery handled: nothing to deploy',
      );
    }
    for (const deployment of changed) announce(deployment, log);
  }

  function announce(deployment: Deployment, log: Logger): void {
    const fields = { workspace: deployment.workspaceId, sha: deployment.sha, deployment: deployment.id };
    if (deployment.conclusion === 'none') {
      log.info({ ...fields, noop: deployment.reason }, 'Workspace not deployed');
      return;
    }
    const message = deployment.reason === 'superseded' ? 'Deployment superseded' : 'Deployment planned';
    log.info({ ...fields, reason: deployment.reason, state: deployment.state }, message);
    if (deployment.state === 'concluded') context.onConcluded(deployment);
    context.reporter.changed(deployment);
    context.dispatcher.wake('workspace', deployment.workspaceId);
  }
}
