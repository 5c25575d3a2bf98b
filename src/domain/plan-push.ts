import { judgePush, needsComparison, type PathMatcher } from './apply-configuration.ts';
import type { ConfigurationFiles, UsableConfiguration } from './configuration-in-use.ts';
import type { PushEvent } from './delivery.ts';
import type { Repository } from './deployment.ts';
import { describeDeployment, type NameCheckRun, toWholeSecond } from './describe-deployment.ts';
import { trackedBranch } from './match-workspaces.ts';
import type { CommitComparer, Comparison, LacksPush, NewId, PlannedDeployment, PlanStore } from './ports.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { RemoteClock } from './remote-clock.ts';
import { settingsOf, type WorkspaceSettings } from './repository-configuration.ts';
import type { Workspace } from './workspace.ts';

/** A bot may start this many deployments of a workspace within LOOP_WINDOW_MS; the next one is held. */
export const LOOP_LIMIT = 10;
/** 15 minutes, in milliseconds. */
export const LOOP_WINDOW_MS = 15 * 60_000;

const NO_COMMIT = /^0+$/;
const BRANCH_PREFIX = 'refs/heads/';

export interface PushToPlan {
  readonly deliveryId: string;
  readonly receivedAt: number;
  readonly event: PushEvent;
  /** The Meltano Cloud account that is served for the repository's owner. */
  readonly account: string;
  /** The workspaces of this repository, whatever branch they track. */
  readonly workspaces: readonly Workspace[];
  readonly configuration: UsableConfiguration;
  /** The delivery was missed, and its commit is no longer the branch's head. */
  readonly overtaken: boolean;
}

export interface PlanningPorts {
  readonly comparer: CommitComparer;
  readonly store: Pick<PlanStore, 'findLastSuccess' | 'findFirstPush' | 'countStarted'>;
  readonly newId: NewId;
  readonly githubClock: Pick<RemoteClock, 'toLocal' | 'toRemote'>;
  readonly nameCheckRun: NameCheckRun;
  readonly matchesPaths: PathMatcher;
  readonly lacksPush: LacksPush;
  /** Of a push whose event has no message. */
  readonly readMessage: ConfigurationFiles['readMessage'];
}

/** Why a push can't deploy anything, whatever the workspaces are; null when it can. */
export function refusePush(push: PushEvent): ReasonCode | null {
  if (!push.ref.startsWith(BRANCH_PREFIX)) return 'not_a_branch';
  if (push.deleted || NO_COMMIT.test(push.after)) return 'branch_deleted';
  return null;
}

export function tracksPushedBranch(workspace: Workspace, push: PushEvent): boolean {
  return push.ref === BRANCH_PREFIX + trackedBranch(workspace, push.repository);
}

/**
 * One deployment for each workspace of the repository, with the reason for its yes or no. Throws only when GitHub
 * or the store can't answer now; planning again gives the same answers.
 */
export async function planPush(push: PushToPlan, ports: PlanningPorts): Promise<PlannedDeployment[]> {
  const asked: Asked = { comparisons: new Map(), message: null };
  const planned: PlannedDeployment[] = [];
  for (const workspace of push.workspaces) {
    const decision = tracksPushedBranch(workspace, push.event)
      ? await decideTracked(push, workspace, ports, asked)
      : no('branch_not_tracked');
    planned.push({ ...describe(push, workspace, ports), ...decision });
  }
  return planned;
}

type Decision = Pick<PlannedDeployment, 'reason' | 'conclusion' | 'problem'>;

/** What was asked for once, for all workspaces. */
interface Asked {
  readonly comparisons: Map<string, Promise<Comparison>>;
  message: Promise<string> | null;
}

function no(reason: ReasonCode): Decision {
  return { reason, conclusion: 'none', problem: null };
}

async function decideTracked(
  push: PushToPlan,
  workspace: Workspace,
  ports: PlanningPorts,
  asked: Asked,
): Promise<Decision> {
  const { event } = push;
  const refusal = await refuseBySettings(push, workspace, ports, asked);
  if (refusal) return refusal;
  if (push.overtaken) return { reason: 'overtaken_while_away', conclusion: 'skipped', problem: null };
  if (event.senderIsBot) {
    const since = push.receivedAt - LOOP_WINDOW_MS;
    const started = await ports.store.countStarted(
      { account: push.account, workspaceId: workspace.id },
      event.sender,
      since,
    );
    if (started >= LOOP_LIMIT) {
      return { reason: 'loop_brake', conclusion: 'action_required', problem: null };
    }
  }
  return { reason: event.foundBySweep ? 'found_by_sweep' : 'push', conclusion: null, problem: null };
}

/** What the repository's configuration says against it. What changed is asked for only where the rest lets it through. */
async function refuseBySettings(
  push: PushToPlan,
  workspace: Workspace,
  ports: PlanningPorts,
  asked: Asked,
): Promise<Decision | null> {
  const { event, configuration } = push;
  const settings = settingsOf(configuration.configuration, workspace);
  const { directory } = workspace;
  const message = await readMessage(event, settings, ports, asked);
  const judge = (comparison: Comparison) =>
    judgePush({ settings, directory, message, sender: event.sender, comparison }, ports.matchesPaths);
  let decision = judge({ kind: 'everything', why: 'not compared yet' });
  if (decision.deploy && needsComparison(settings, directory)) {
    const base = await chooseBase(push, workspace.id, ports);
    const { comparer } = ports;
    decision = judge(await compareFrom(event.repository, base, event.after, comparer, asked.comparisons));
  }
  if (decision.deploy) return null;
  const { reason, conclusion, problem } = decision;
  return { reason, conclusion, problem };
}

async function readMessage(
  { message, repository, after }: PushEvent,
  { skipTokens }: WorkspaceSettings,
  ports: PlanningPorts,
  asked: Asked,
): Promise<string> {
  if (skipTokens.length === 0) return '';
  if (typeof message === 'string') return message;
  asked.message ??= ports.readMessage(repository, after);
  return asked.message;
}

/** The commit that changes are counted from; null when everything counts as changed. */
async function chooseBase(
  push: PushToPlan,
  workspaceId: string,
  ports: Pick<PlanningPorts, 'store' | 'githubClock'>,
): Promise<string | null> {
  const { event, configuration } = push;
  const { store } = ports;
  if (event.forced) return null;
  const workspace = {
    account: push.account,
    workspaceId,
    repositoryId: event.repository.id,
  };
  const lastSuccess = await store.findLastSuccess(workspace);
  if (lastSuccess) return lastSuccess;
  // What the held pushes changed isn't deployed yet.
  if (configuration.wasHeld) return null;
  // Nor is what earlier pushes changed that were skipped, or whose deployments failed or were replaced.
  const first = await store.findFirstPush(workspace, orderOf(push, ports));
  if (first) return first.before;
  return NO_COMMIT.test(event.before) ? null : event.before;
}

async function compareFrom(
  repository: Repository,
  base: string | null,
  head: string,
  comparer: CommitComparer,
  comparisons: Map<string, Promise<Comparison>>,
): Promise<Comparison> {
  if (base === null) return { kind: 'everything', why: 'a new branch or a forced push' };
  const known = comparisons.get(base) ?? comparer.compare(repository, base, head);
  comparisons.set(base, known);
  return known;
}

function describe(
  push: PushToPlan,
  workspace: Workspace,
  ports: PlanningPorts,
): Omit<PlannedDeployment, keyof Decision> {
  const { event } = push;
  return {
    ...describeDeployment({ ...push, workspace, repository: event.repository }, ports),
    branch: event.ref.slice(BRANCH_PREFIX.length),
    sha: event.after,
    before: NO_COMMIT.test(event.before) ? null : event.before,
    requestedBy: event.sender,
    requestedByBot: event.senderIsBot,
    cause: 'push',
    redeployOf: null,
    pushedAt: orderOf(push, ports),
  };
}

/** The time that orders the push among others: GitHub's, or when it came, by GitHub's clock (epoch milliseconds). */
function orderOf(
  { event, receivedAt }: PushToPlan,
  { githubClock }: Pick<PlanningPorts, 'githubClock'>,
): number {
  return event.pushedAt ?? toWholeSecond(githubClock.toRemote(receivedAt));
}
