import type { Logger } from 'pino';
import type { Account, Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { Configurations } from '../domain/configuration-in-use.ts';
import type { ConfigurationRunReader } from '../domain/configuration-run.ts';
import type { AppEvent, CommentEvent, Delivery, RerunEvent } from '../domain/delivery.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { HeadReader } from '../domain/installation-reader.ts';
import { type KnownOwner, type NamedAccount, refuseOwner } from '../domain/owner.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { ageOf, stamp, timeLeft } from '../domain/stored-times.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { Reporter } from '../reporting/reporter.ts';
import type { PullToCheck } from './check-pull.ts';
import { createPlanCommitter } from './commit-plan.ts';
import { completeOrigin } from './complete-origin.ts';
import { findWorkspaces, ListFailed, ListTooFresh, type WorkspaceSearch } from './find-workspaces.ts';
import type { OwnerReader } from './know-owners.ts';
import type { ListWorkspaces } from './list-workspaces.ts';
import { type DeliveredPush, planDeliveredPush } from './plan-delivered-push.ts';
import { type PlanningPorts, refusePush } from './plan-push.ts';
import type { Plan, PlanStore } from './plan-store.ts';
import { createTurns } from './take-turns.ts';

export interface PlanContext {
  readonly deliveries: DeliveryStore;
  readonly repositories: RepositoryStore;
  readonly plans: PlanStore;
  readonly sweeps: {
    /** Whether GitHub was asked to send the delivery with this GUID again. */
    wasAskedForAgain(guid: string): Promise<boolean>;
  };
  readonly heads: HeadReader;
  readonly accounts: Accounts;
  readonly planning: PlanningPorts;
  readonly commands: CommandPlanning;
  readonly configurations: Configurations;
  readonly configurationRuns: ConfigurationRunReader;
  readonly checkPull: (pull: PullToCheck) => Promise<Plan>;
  readonly reporter: Reporter;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly githubHost: string;
  /** GitHub logins (lower case) that are served; null serves everyone. */
  readonly knowOwner: OwnerReader;
  /** Null: everyone. */
  readonly allowedAccounts: readonly NamedAccount[] | null;
  readonly onConcluded: (deployment: Deployment) => void;
  /** What was decided about a workspace, or about a delivery without any: for the metrics. */
  readonly onDecision: (reason: ReasonCode) => void;
}

/** What a comment or a re-run is planned by; both throw when something can't be asked now. */
export interface CommandPlanning {
  planCommand(command: Asked<CommentEvent> & { readonly account: Account | null }): Promise<Plan>;
  planRerun(rerun: Asked<RerunEvent> & { readonly account: Account }): Promise<Plan>;
  /** The plan when it could not be asked for long. */
  planUnanswered(asked: Asked<CommentEvent | RerunEvent>, problem: string): Promise<Plan>;
}

export interface Asked<E> {
  readonly id: string;
  readonly receivedAt: number;
  readonly event: E;
  readonly account: Account | null;
  readonly isLoginTaken: boolean;
  readonly listWorkspaces: ListWorkspaces;
}

/** What a refusal of Meltano Cloud says is enough; anything else may be a mistake of ours, and keeps its stack. */
function describeError(error: unknown): object {
  return error instanceof ListFailed ? { problem: error.message } : { err: error };
}

interface FoundOwner extends KnownOwner {
  /** Null: not served. */
  readonly account: Account | null;
}

/** Milliseconds after which a person is told that the command or re-run can't be carried out. */
const ANSWER_WITHIN_MS = 10 * 60_000;
/** The longest wait between two tries to plan a delivery (milliseconds). */
const MAX_POSTPONE_MS = 5 * 60_000;

/** Deliveries that are stored together may be stored in another order than they came (milliseconds). */
const LATE_MS = 1_000;

/** Deliveries of a repository that wait: there may be thousands, and each new one wakes the planner. */
interface Waiting {
  /** Until then (by the clock's `elapsed`) none of them is due. */
  readonly until: number;
  /** When the newest of them came (epoch milliseconds). */
  readonly newest: number;
}

/**
 * Turns a repository's stored deliveries into deployments. Returns in how many milliseconds the next one is due, or
 * null when all are planned. Run it for one repository at a time; the key is the repository's id.
 */
export function createPlanner(context: PlanContext): (repositoryKey: string) => Promise<number | null> {
  const { clock } = context;
  const commit = createPlanCommitter(context);
  const takeTurn = createTurns(context.deliveries);
  /** Until when (`elapsed`) a delivery waits for a newer list of workspaces, by its id. */
  const waitsUntil = new Map<string, number>();

  /** By repository: what of its deliveries needn't be read again yet. */
  const waiting = new Map<string, Waiting>();

  return async function planRepository(repositoryKey) {
    const known = waiting.get(repositoryKey);
    // A clock that was set back gives new deliveries times before the newest one's: then all are read.
    const isEarly = known !== undefined && clock.elapsed() < known.until && known.newest <= clock.now();
    const since = isEarly ? known.newest - LATE_MS : 0;
    const pending = await context.deliveries.listPending(Number(repositoryKey), since);
    const { delay, isSure } = await planAll(pending);
    const next = isEarly ? Math.min(known.until - clock.elapsed(), delay ?? Infinity) : delay;
    const newest = Math.max(known?.newest ?? 0, pending.at(-1)?.receivedAt ?? 0);
    if (next === null || !isSure) waiting.delete(repositoryKey);
    else waiting.set(repositoryKey, { until: clock.elapsed() + next, newest });
    return next;
  };

  /** In how many milliseconds the next one is due (null: none is left), and whether that is sure until then. */
  async function planAll(pending: readonly Delivery[]): Promise<{ delay: number | null; isSure: boolean }> {
    let delay: number | null = null;
    let isSure = true;
    for (const delivery of pending) {
      const wait = await planDue(delivery);
      if (wait === null) continue;
      delay = Math.min(delay ?? wait, wait);
      // Only a list that is too fresh stays so: whatever else is waited for may end earlier.
      isSure &&= waitsUntil.has(delivery.id);
    }
    return { delay, isSure };
  }

  async function planDue(delivery: Delivery): Promise<number | null> {
    const retryIn = delivery.retryAt === null ? 0 : timeLeft(clock, delivery.retryAt, MAX_POSTPONE_MS);
    const wait = Math.max(retryIn, (waitsUntil.get(delivery.id) ?? 0) - clock.elapsed());
    if (wait > 0) return wait;
    waitsUntil.delete(delivery.id);
    await takeTurn();
    const log = context.log.child({ delivery: delivery.id, repository: delivery.event.repository.id });
    try {
      await commit(delivery, await makePlan(delivery), log);
      return null;
    } catch (error) {
      if (error instanceof ListTooFresh) {
        waitsUntil.set(delivery.id, clock.elapsed() + error.waitMs);
        log.debug({ waitMs: error.waitMs }, 'No workspace yet: waiting for a newer list');
        return error.waitMs;
      }
      return takeError(delivery, error, log);
    }
  }

  /** A push is planned for as long as it takes; a person doesn't wait that long for an answer. */
  async function takeError(delivery: Delivery, error: unknown, log: Logger): Promise<number | null> {
    const { event, attempts } = delivery;
    const isAsked = event.kind === 'comment' || event.kind === 'rerun';
    if (isAsked && ageOf(clock, delivery.receivedAt) >= ANSWER_WITHIN_MS) {
      const asked = ask(delivery, event, await findOwner(event));
      const problem = error instanceof ListFailed ? error.message : 'GitHub could not be asked';
      await commit(delivery, await context.commands.planUnanswered(asked, problem), log);
      return null;
    }
    // Nothing was tried: there is nothing to count, and the log has said that Meltano Cloud is away.
    if (error instanceof ListFailed && error.heldMs !== null) return error.heldMs;
    log.warn(
      { ...describeError(error), attempts: attempts + 1 },
      'The delivery could not be planned: trying again',
    );
    const wanted = error instanceof ListFailed ? error.retryAfterMs : null;
    const delay = Math.min(MAX_POSTPONE_MS, chooseRetryDelay(attempts + 1, wanted, context.random()));
    await context.deliveries.postpone(delivery.id, attempts + 1, stamp(clock, delay));
    return delay;
  }

  async function learn(event: Exclude<AppEvent, { kind: 'ignored' }>, seenAt: number): Promise<void> {
    const formerFullName = event.kind === 'repository' ? event.formerFullName : null;
    const shown = await context.repositories.learnRepository(
      event.repository,
      formerFullName,
      seenAt,
      clock.now(),
    );
    // Made public: their check runs are written once more, without the log.
    for (const id of shown) context.dispatcher.wake('log', id);
  }

  async function makePlan(told: Delivery): Promise<Plan> {
    if (told.isReplay) return { outcome: 'replayed', deployments: [] };
    const delivery = await completeOrigin(told, context.repositories);
    return delivery ? planEvent(delivery) : { outcome: 'no_installation', deployments: [] };
  }

  async function planEvent(delivery: Delivery): Promise<Plan> {
    const { event } = delivery;
    if (event.kind === 'ignored') return { outcome: event.reason, deployments: [] };
    await learn(event, delivery.receivedAt);
    if (event.kind === 'repository') return { outcome: 'repository_updated', deployments: [] };
    const owner = await findOwner(event);
    const refusal =
      (event.kind === 'push' ? refusePush(event) : null) ?? refuseOwner(owner, context.allowedAccounts);
    if (refusal) return { outcome: refusal, deployments: [] };
    const { account } = owner;
    if (event.kind === 'comment') return context.commands.planCommand(ask(delivery, event, owner));
    if (!account) {
      return { outcome: owner.isLoginTaken ? 'login_taken' : 'account_not_served', deployments: [] };
    }
    if (event.kind === 'rerun') {
      return context.commands.planRerun({ ...ask(delivery, event, owner), account });
    }
    if (event.kind === 'pull_request') {
      const { receivedAt } = delivery;
      const listWorkspaces = (young: boolean) =>
        findOf(account, event, {
          receivedAt,
          branch: null,
          isAwaited: true,
          isEnough: (workspaces) => !young && workspaces.length > 0,
        });
      return context.checkPull({ event, receivedAt, listWorkspaces });
    }
    const find: DeliveredPush['find'] = (isEnough) =>
      findOf(account, event, {
        receivedAt: delivery.receivedAt,
        branch: event.ref.replace(/^refs\/heads\//, ''),
        isAwaited: false,
        isEnough,
      });
    return planDeliveredPush({ delivery, event, account: account.key, find }, context);
  }

  /** What a command or a re-run is planned from. */
  function ask<E extends CommentEvent | RerunEvent>(
    { id, receivedAt }: Delivery,
    event: E,
    { account, isLoginTaken }: FoundOwner,
  ): Asked<E> {
    const listWorkspaces: ListWorkspaces = async (isEnough) =>
      account
        ? findOf(account, event, {
            receivedAt,
            branch: null,
            isAwaited: true,
            isEnough: (known) => known.length > 0 && isEnough(known),
          })
        : [];
    return { id, receivedAt, event, account, isLoginTaken, listWorkspaces };
  }

  function findOf(
    account: Account,
    { repository }: AppEvent,
    need: Pick<WorkspaceSearch, 'branch' | 'receivedAt' | 'isAwaited' | 'isEnough'>,
  ): Promise<readonly Workspace[]> {
    return findWorkspaces({ account, repository, ...need }, context);
  }

  async function findOwner({ repository }: AppEvent): Promise<FoundOwner> {
    const owner = await context.knowOwner({ id: repository.ownerId, login: repository.owner });
    const account = context.accounts.forOwner(owner);
    return {
      ...owner,
      account,
      isLoginTaken: owner.isLoginTaken && account === null,
    };
  }
}
