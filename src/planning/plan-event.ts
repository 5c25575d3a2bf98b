import type { Account } from '../domain/account.ts';
import type { AppEvent, CommentEvent, Delivery, PullRequestEvent, RerunEvent } from '../domain/delivery.ts';
import { UNKNOWN_INSTALLATION } from '../domain/deployment.ts';
import { branchOf } from '../domain/git-ref.ts';
import { type KnownOwner, refuseOwner, UNKNOWN_OWNER } from '../domain/owner.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { RepositoryReader } from '../domain/repository-store.ts';
import type { CommandRequest, EventContext } from './event-context.ts';
import { findWorkspaces, type ListWorkspaces } from './find-workspaces.ts';
import { learnRepository } from './learn-repository.ts';
import { planDeliveredPush } from './plan-delivered-push.ts';
import { refusePush } from './plan-push.ts';
import type { Plan } from './plan-store.ts';

interface FoundOwner extends KnownOwner {
  /** Null: not served. */
  readonly account: Account | null;
}

type PreparedEvent =
  | { readonly kind: 'prepared'; readonly delivery: Delivery; readonly owner: FoundOwner }
  /** Nothing is done for it. */
  | { readonly kind: 'refused'; readonly outcome: ReasonCode };

/** Completes a delivery, learns its repository, and finds the owner. */
export async function prepareEvent(received: Delivery, context: EventContext): Promise<PreparedEvent> {
  const refuse = (outcome: ReasonCode) => ({ kind: 'refused', outcome }) as const;
  if (received.isReplay) return refuse('replayed');
  const delivery = await completeOrigin(received, context.repositories);
  if (!delivery) return refuse('no_installation');
  const { event } = delivery;
  if (event.kind === 'ignored') return refuse(event.reason);
  const formerFullName = event.kind === 'repository' ? event.formerFullName : null;
  await learnRepository(context, event.repository, {
    formerFullName,
    seenAt: describedAt(delivery, context),
    now: context.clock.now(),
  });
  if (event.kind === 'repository') return refuse('repository_updated');
  const owner = await findOwner(event, context);
  const refusal =
    (event.kind === 'push' ? refusePush(event) : null) ?? refuseOwner(owner, context.allowedAccounts);
  return refusal ? refuse(refusal) : { kind: 'prepared', delivery, owner };
}

/** Plans a delivery. Throws when GitHub or Meltano Cloud can't answer now. */
export async function planEvent(received: Delivery, context: EventContext): Promise<Plan> {
  const prepared = await prepareEvent(received, context);
  if (prepared.kind === 'refused') return { outcome: prepared.outcome, deployments: [] };
  const { delivery, owner } = prepared;
  const { event } = delivery;
  const { account } = owner;
  if (event.kind === 'comment')
    return context.commands.planCommand(toRequest(delivery, event, owner, context));
  if (!account) {
    return { outcome: owner.isLoginTaken ? 'login_taken' : 'account_not_served', deployments: [] };
  }
  switch (event.kind) {
    case 'rerun':
      return context.commands.planRerun({ ...toRequest(delivery, event, owner, context), account });
    case 'pull_request':
      return checkPull(delivery, event, account, context);
    case 'push': {
      const find = listOf(account, event, delivery, context);
      return planDeliveredPush({ delivery, event, account: account.key, find }, context);
    }
    default:
      throw new Error(`An event of the kind ${event.kind} is not planned.`);
  }
}

/** When GitHub described the repository so: a late push describes it as it was at its time (epoch milliseconds). */
function describedAt({ event, receivedAt }: Delivery, { planning }: EventContext): number {
  const pushedAt = event.kind === 'push' ? planning.githubClock.toLocal(event.pushedAt) : null;
  return Math.min(receivedAt, pushedAt ?? receivedAt);
}

/** Plans the answer to a command or a re-run for which GitHub or Meltano Cloud did not answer in time. */
export async function planUnanswered(
  delivery: Delivery,
  event: CommentEvent | RerunEvent,
  context: EventContext,
  problem: string,
): Promise<Plan> {
  const request = toRequest(delivery, event, await findOwner(event, context), context);
  return context.commands.planUnanswered(request, problem);
}

/** Adds the installation and the owner's id to a delivery that lacks them; null if no installation is known. */
async function completeOrigin(delivery: Delivery, repositories: RepositoryReader): Promise<Delivery | null> {
  const { repository } = delivery.event;
  const { installationId, ownerId, owner } = repository;
  if (installationId !== UNKNOWN_INSTALLATION && ownerId !== UNKNOWN_OWNER) return delivery;
  const known = await repositories.getRepository(repository.id);
  if (!known) return installationId === UNKNOWN_INSTALLATION ? null : delivery;
  const isSameOwner = known.owner.toLowerCase() === owner.toLowerCase();
  const completed = {
    ...repository,
    installationId: installationId === UNKNOWN_INSTALLATION ? known.installationId : installationId,
    ownerId: ownerId === UNKNOWN_OWNER && isSameOwner ? known.ownerId : ownerId,
  };
  return { ...delivery, event: { ...delivery.event, repository: completed } };
}

async function findOwner({ repository }: AppEvent, context: EventContext): Promise<FoundOwner> {
  const owner = await context.knowOwner({ id: repository.ownerId, login: repository.owner });
  const account = context.accounts.forOwner(owner);
  return {
    ...owner,
    account,
    isLoginTaken: owner.isLoginTaken && account === null,
  };
}

function toRequest<E extends CommentEvent | RerunEvent>(
  delivery: Delivery,
  event: E,
  { account, isLoginTaken }: FoundOwner,
  context: EventContext,
): CommandRequest<E> {
  const { id, receivedAt } = delivery;
  const list = account && listOf(account, event, delivery, context);
  const listWorkspaces: ListWorkspaces = async (isEnough) =>
    list ? list((known) => known.length > 0 && isEnough(known)) : [];
  return { id, receivedAt, event, account, isLoginTaken, listWorkspaces };
}

function checkPull(
  delivery: Delivery,
  event: PullRequestEvent,
  account: Account,
  context: EventContext,
): Promise<Plan> {
  const list = listOf(account, event, delivery, context);
  const listWorkspaces = (fresh: boolean) => list((known) => !fresh && known.length > 0);
  return context.checkPull({ event, receivedAt: delivery.receivedAt, listWorkspaces });
}

/** Returns a function that lists the workspaces of the event's repository. */
function listOf(
  account: Account,
  event: AppEvent,
  { receivedAt }: Delivery,
  context: EventContext,
): ListWorkspaces {
  const { repository } = event;
  const branch = event.kind === 'push' ? branchOf(event.ref) : null;
  const isAwaited = event.kind !== 'push';
  return (isEnough) =>
    findWorkspaces({ account, repository, branch, receivedAt, isAwaited, isEnough }, context);
}
