import { describeRequiredCheck, type NewCommitRun } from '../domain/commit-run.ts';
import { type ConfigurationLook, hasGate } from '../domain/configuration-in-use.ts';
import type { Delivery, PullRequestEvent, PushEvent } from '../domain/delivery.ts';
import { branchOf } from '../domain/git-ref.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import {
  findQueueBase,
  makeRequiredCheckId,
  type RequiredAsk,
  type WouldDecide,
} from '../domain/required-check.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { EventContext } from './event-context.ts';
import type { Plan } from './plan-store.ts';

/** Outcomes of deliveries that the app doesn't act on. */
const NOT_SERVED: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'replayed',
  'no_installation',
  'not_a_branch',
  'branch_deleted',
  'account_not_allowed',
  'login_taken',
  'account_not_served',
  'found_before',
]);

type HeadEvent = PushEvent | PullRequestEvent;

/** After this time, a file that GitHub doesn't show counts as it was last known. */
const READ_WITHIN_MS = 10 * 60_000;

export type RequiredCheckContext = Pick<EventContext, 'configurations' | 'planning' | 'clock'>;

/** The required checks of the commits that a plan is about: of a new head, and of those that it deploys. */
export async function askRequiredChecks(
  delivery: Delivery,
  plan: Plan,
  context: RequiredCheckContext,
): Promise<readonly NewCommitRun[]> {
  const { event, receivedAt: createdAt } = delivery;
  const { repository } = event;
  if (event.kind === 'push' || event.kind === 'pull_request') {
    const sha = headOf(event);
    const ask = describeAsk(event, plan.outcome, plan.would ?? []);
    if (NOT_SERVED.has(plan.outcome)) {
      // What was opened before must not stay open.
      const id = makeRequiredCheckId(repository.id, sha);
      const isOpen = (await context.planning.store.getCommitRun(id))?.state === 'waiting';
      return isOpen ? [describeRequiredCheck({ repository, sha, createdAt }, [ask])] : [];
    }
    const isWanted = plan.gate ?? (await wantsRequiredCheck(event, delivery, context));
    return isWanted ? [describeRequiredCheck({ repository, sha, createdAt }, [ask])] : [];
  }
  const shas = new Set(
    plan.deployments.filter(({ conclusion }) => conclusion !== 'none').map(({ sha }) => sha),
  );
  if (shas.size === 0 || !hasGate(await context.configurations.known(repository.id))) return [];
  return [...shas].map((sha) => describeRequiredCheck({ repository, sha, createdAt }, []));
}

/** Reads the repository's file, unless it is known. Throws when GitHub can't answer now. */
export async function wantsRequiredCheck(
  event: HeadEvent,
  delivery: Delivery,
  context: RequiredCheckContext,
): Promise<boolean> {
  const { configurations, clock } = context;
  const inUse = await configurations
    .current(describeLook(event, delivery, context))
    .catch((error: unknown) => {
      if (ageOf(clock, delivery.receivedAt) < READ_WITHIN_MS) throw error;
      return configurations.known(event.repository.id);
    });
  return hasGate(inUse);
}

/** How the configuration for a head is read, without the repository's workspaces. */
export function describeLook(
  event: HeadEvent,
  { receivedAt }: Delivery,
  { planning }: RequiredCheckContext,
): ConfigurationLook {
  const push =
    event.kind === 'push' ? describePlannedPush(event, planning.githubClock.toRemote(receivedAt)) : undefined;
  return { repository: event.repository, workspaces: null, ...(push && { push }) };
}

/** `receivedAt`: by GitHub's clock. */
export function describePlannedPush(
  { ref, after: sha, pushedAt, changesConfiguration }: PushEvent,
  receivedAt: number,
): NonNullable<ConfigurationLook['push']> {
  return {
    branch: branchOf(ref) ?? ref,
    sha,
    at: pushedAt ?? receivedAt,
    changesConfiguration: changesConfiguration ?? false,
  };
}

export function headOf(event: HeadEvent): string {
  return event.kind === 'push' ? event.after : event.headSha;
}

/** `outcome`: null before the delivery is planned. */
export function describeAsk(
  event: HeadEvent,
  outcome: ReasonCode | null,
  would: readonly WouldDecide[] = [],
): RequiredAsk {
  if (event.kind === 'pull_request') return { kind: 'pull', number: event.number, outcome };
  const branch = branchOf(event.ref) ?? event.ref;
  if (findQueueBase(event.ref) !== null) return { kind: 'queue', branch, outcome, would };
  return { kind: 'push', branch, outcome };
}
