import type { Logger } from 'pino';
import type { Account, Accounts } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import { makeSweepDeliveryId, type PushEvent } from '../domain/delivery.ts';
import type { ReceivedDeliveries } from '../domain/delivery-store.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import { toRef } from '../domain/git-ref.ts';
import type { InstallationReader, SweptRepository } from '../domain/installation-reader.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import type { KnownOwner } from '../domain/owner.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { OwnerReader } from '../planning/know-owners.ts';
import { learnRepository } from '../planning/learn-repository.ts';
import { selectOwnWorkspaces } from '../planning/select-own-workspaces.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import { learnRepositories } from './learn-repositories.ts';
import type { RequestBudget } from './request-budget.ts';
import type { SweepStore } from './sweep-store.ts';

/** A new head must be observed twice, this far apart, since its delivery may be under way. */
const BETWEEN_OBSERVATIONS_MS = 55_000;
/** GitHub gives push times in whole seconds, so a push this recent may hide another one. */
const WHOLE_SECOND_MS = 10_000;
/** The delay until the next sweep when a new head was observed once. */
const RETRY_MS = 60_000;
/** After this many failed repositories in a row, the installation or GitHub counts as unavailable. */
const MOST_FAILURES = 10;

export interface HeadSweepContext {
  readonly installations: InstallationReader;
  readonly accounts: Accounts;
  readonly repositories: RepositoryStore;
  readonly deliveries: ReceivedDeliveries;
  readonly store: SweepStore;
  readonly dispatcher: Dispatcher;
  /** Limits the requests of the sweep, for each installation. */
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly githubClock: RemoteClock;
  readonly log: Logger;
  readonly githubHost: string;
  readonly knowOwner: OwnerReader;
  readonly isAllowed: (owner: KnownOwner) => boolean;
  /** Called for a branch without a record: takes over the check runs that an earlier database left open on its head. */
  readonly onBaseline: (branch: TrackedBranch) => Promise<void>;
  /** Called for both installations when repositories moved between them. */
  readonly onMoved: (installationId: number) => void;
  readonly onFound: (count: number) => void;
}

export interface TrackedBranch {
  readonly repository: Repository;
  readonly branch: string;
  readonly head: string;
  readonly account: string;
  /** The workspaces that track the branch. */
  readonly workspaces: readonly Workspace[];
}

/**
 * Compares the heads of tracked branches with the commits last handled, in repositories with newer pushes. Returns the delay
 * until a new head has to be observed again (milliseconds), or null. Throws when GitHub can't list the installations.
 */
export async function sweepHeads(context: HeadSweepContext): Promise<number | null> {
  let delay: number | null = null;
  for (const installation of await context.installations.listInstallations()) {
    try {
      const owner = await context.knowOwner(installation.owner);
      if (!context.isAllowed(owner)) continue;
      if (await sweepInstallation(context, installation.id, owner)) delay = RETRY_MS;
    } catch (error) {
      // A failing installation (suspended, or at a limit) must not keep the sweep from the others.
      context.log.warn({ err: error, installation: installation.id }, 'The sweep of an installation failed');
    }
  }
  return delay;
}

/** True if a new head was observed once. */
async function sweepInstallation(context: HeadSweepContext, id: number, owner: KnownOwner): Promise<boolean> {
  const account = context.accounts.forOwner(owner);
  if (!account) return false;
  const listed = await account.directory.current();
  if (!listed.ok) throw new Error(`The workspaces could not be read: ${describeFailure(listed.failure)}`);
  let seenOnce = false;
  let failures = 0;
  const pages = context.installations.listRepositories(id)[Symbol.asyncIterator]();
  while (takeRequest(context, id)) {
    const askedAt = context.clock.now();
    const page = await pages.next();
    if (page.done) break;
    const shown = page.value.map((one) => one.repository);
    await learnRepositories(context, shown, askedAt);
    const swept = await context.store.listSweptPushes(page.value.map((one) => one.repository.id));
    for (const one of page.value) {
      const isSettled = swept.get(one.repository.id) === one.pushedAt;
      const result = await trySweepRepository(context, one, {
        account,
        workspaces: listed.value.workspaces,
        isSettled,
      });
      failures = result instanceof Error ? failures + 1 : 0;
      // A repository that GitHub blocks stays blocked: it must not keep every sweep from the next ones.
      if (result instanceof Error && failures >= MOST_FAILURES) throw result;
      if (result === 'seen once') seenOnce = true;
    }
  }
  return seenOnce;
}

function takeRequest({ budget, log }: HeadSweepContext, installation: number): boolean {
  if (budget.take(installation)) return true;
  log.warn({ installation }, 'The sweep has used up its requests: the rest waits');
  return false;
}

interface RepositorySweep {
  readonly account: Account;
  readonly workspaces: readonly Workspace[];
  /** The repository was not pushed to since its last sweep. */
  readonly isSettled: boolean;
}

/** Logs and returns the error of a repository that can't be swept. */
async function trySweepRepository(
  context: HeadSweepContext,
  one: SweptRepository,
  sweep: RepositorySweep,
): Promise<'in order' | 'seen once' | Error> {
  try {
    return await sweepRepository(context, one, sweep);
  } catch (error) {
    const { id: repository, installationId: installation } = one.repository;
    context.log.warn(
      { err: error, installation, repository },
      'A repository could not be swept: the next sweep retries it',
    );
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function sweepRepository(
  context: HeadSweepContext,
  { repository, pushedAt }: SweptRepository,
  { account: { key: account, mappings }, workspaces, isSettled }: RepositorySweep,
): Promise<'in order' | 'seen once'> {
  // Settled or not: this pins the workspaces before another repository can take the name.
  const own = await selectOwnWorkspaces(context, repository, { account, mappings, workspaces });
  if (isSettled || own.length === 0) return 'in order';
  await learnRepository(context, repository, { seenAt: context.clock.now() });
  let result: 'in order' | 'seen once' = 'in order';
  // The default branch holds the configuration, even if no workspace tracks it.
  const branches = [...own.map((one) => trackedBranch(one, repository)), repository.defaultBranch];
  for (const branch of new Set(branches)) {
    if (!takeRequest(context, repository.installationId)) return 'in order';
    const head = await context.installations.readHead(repository, branch);
    if (head === null) continue;
    const tracking = own.filter((one) => trackedBranch(one, repository) === branch);
    const found = await judgeHead(
      context,
      { repository, branch, head, account, workspaces: tracking },
      pushedAt,
    );
    if (found === 'put off') return 'in order';
    if (found === 'seen once') result = found;
  }
  const isPast = context.clock.now() - context.githubClock.toLocal(pushedAt) > WHOLE_SECOND_MS;
  if (result === 'in order' && isPast) await context.store.saveSweptPush(repository.id, pushedAt);
  return result;
}

async function judgeHead(
  context: HeadSweepContext,
  tracked: TrackedBranch,
  pushedAt: number,
): Promise<'in order' | 'seen once' | 'put off'> {
  const { store, clock } = context;
  const { repository, branch, head } = tracked;
  const known = await store.readBranchHead(repository.id, branch);
  const settle = () => store.saveBranchHead(repository.id, branch, { sha: head, candidate: null });
  if (known?.sha === head) return 'in order';
  if (!known) {
    if (!takeRequest(context, repository.installationId)) return 'put off';
    // A stored push doesn't tell us whether an earlier, lost database left a check run open.
    await context.onBaseline(tracked);
    await settle();
    return 'in order';
  }
  if (await store.hasPush(repository.id, toRef(branch), head)) {
    await settle();
    return 'in order';
  }
  const { candidate } = known;
  if (candidate?.sha !== head) {
    await store.saveBranchHead(repository.id, branch, {
      sha: known.sha,
      candidate: { sha: head, seenAt: stamp(clock) },
    });
    return 'seen once';
  }
  if (ageOf(clock, candidate.seenAt) < BETWEEN_OBSERVATIONS_MS) return 'seen once';
  await recordMissedPush(context, tracked, known.sha, pushedAt);
  await settle();
  return 'in order';
}

/** Stores a delivery for a missed push. Its id is made of the push, so a repetition changes nothing. */
async function recordMissedPush(
  { deliveries, dispatcher, clock, log, onFound }: HeadSweepContext,
  { repository, branch, head }: TrackedBranch,
  before: string,
  pushedAt: number,
): Promise<void> {
  const event: PushEvent = {
    kind: 'push',
    foundBySweep: true,
    account: repository.owner,
    repository,
    ref: toRef(branch),
    before,
    after: head,
    deleted: false,
    forced: false,
    pushedAt: pushedAt || null,
    sender: '',
    senderIsBot: false,
  };
  const id = makeSweepDeliveryId(repository.id, event.ref, head);
  if (!(await deliveries.record({ id, name: 'push', receivedAt: clock.now(), event }))) return;
  log.info({ delivery: id, repository: repository.id, sha: head }, 'A push without a delivery was found');
  onFound(1);
  dispatcher.wake('plan', String(repository.id));
}
