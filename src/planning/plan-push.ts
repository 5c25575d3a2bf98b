import type { CommitRunReader } from '../domain/commit-run.ts';
import type { ConfigurationFiles, UsableConfiguration } from '../domain/configuration-in-use.ts';
import type { PushEvent } from '../domain/delivery.ts';
import type { Decision, PlannedDeployment } from '../domain/deployment.ts';
import { branchOf } from '../domain/git-ref.ts';
import { trackedBranch } from '../domain/match-workspaces.ts';
import { filterOf, type PathFilter } from '../domain/path-filter.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import { settingsOf, type WorkspaceSettings } from '../domain/repository-configuration.ts';
import { findQueueBase } from '../domain/required-check.ts';
import type { RepositoryWorkspace, Workspace } from '../domain/workspace.ts';
import { type CommitBefore, type JudgedChange, judgeChange, type OpenTrees } from './changed-paths.ts';
import { describeDeployment, type NameCheckRun } from './plan-deployment.ts';
import type { LacksPush, NewId, PlanHistory } from './plan-store.ts';
import type { PushTrees } from './push-trees.ts';
import { refuseBySettings, refuseUnchanged } from './refuse-by-settings.ts';

/** A bot may start this many deployments of a workspace within LOOP_WINDOW_MS; the next one is held. */
export const LOOP_LIMIT = 10;
/** 15 minutes, in milliseconds. */
const LOOP_WINDOW_MS = 15 * 60_000;

export const NO_COMMIT = /^0+$/;

export interface PushToPlan {
  readonly deliveryId: string;
  readonly receivedAt: number;
  readonly event: PushEvent;
  /** The Meltano Cloud account that is served for the repository's owner. */
  readonly account: string;
  /** All workspaces of the repository, on any branch. */
  readonly workspaces: readonly Workspace[];
  readonly configuration: UsableConfiguration;
  /** The delivery was redelivered, and its commit is no longer the branch's head. */
  readonly overtaken: boolean;
}

interface ComparisonPorts {
  readonly store: PlanHistory;
  readonly githubClock: RemoteClock;
}

export interface PlanningPorts extends ComparisonPorts {
  readonly store: PlanHistory & CommitRunReader;
  readonly openTrees: OpenTrees;
  readonly newId: NewId;
  readonly nameCheckRun: NameCheckRun;
  /** The name of a workspace's environment on GitHub, without secrets. */
  readonly nameEnvironment: (workspace: { readonly name: string; readonly workspaceId: string }) => string;
  readonly lacksPush: LacksPush;
  /** Reads the message of a commit whose push event has none. */
  readonly readMessage: ConfigurationFiles['readMessage'];
}

/** Why a push can't deploy any workspace; null if it can. */
export function refusePush(push: PushEvent): ReasonCode | null {
  if (branchOf(push.ref) === null) return 'not_a_branch';
  if (push.deleted || NO_COMMIT.test(push.after)) return 'branch_deleted';
  return null;
}

/** A merge queue's temporary branch is never deployed. */
export function tracksPushedBranch(workspace: Workspace, push: PushEvent): boolean {
  return findQueueBase(push.ref) === null && branchOf(push.ref) === trackedBranch(workspace, push.repository);
}

/**
 * Plans one deployment for each workspace of the repository, with the reason for or against it. Throws when GitHub or the
 * store can't answer now. Planning again gives the same result.
 */
export async function planPush(push: PushToPlan, ports: PlanningPorts): Promise<PlannedDeployment[]> {
  const reads: PushReads = { trees: ports.openTrees(push.event.repository), message: null };
  const planned: PlannedDeployment[] = [];
  for (const workspace of push.workspaces) {
    const decision = tracksPushedBranch(workspace, push.event)
      ? await decideTracked(push, workspace, ports, reads)
      : rejectPush('branch_not_tracked');
    planned.push({ ...describe(push, workspace, ports), ...decision });
  }
  return planned;
}

/** Reads that all workspaces of a push share. */
interface PushReads {
  readonly trees: PushTrees;
  message: Promise<string> | null;
}

function rejectPush(reason: ReasonCode): Decision {
  return {
    reason,
    conclusion: 'none',
    problem: null,
    treeDigest: null,
  };
}

async function decideTracked(
  push: PushToPlan,
  workspace: Workspace,
  ports: PlanningPorts,
  reads: PushReads,
): Promise<Decision> {
  const { event } = push;
  const settings = settingsOf(push.configuration.configuration, workspace);
  const message = await readMessage(event, settings, ports, reads);
  const refusal = refuseBySettings({ settings, message, sender: event.sender });
  if (refusal) return { ...refusal, treeDigest: null };
  // Last, since it may need requests to GitHub.
  const filter = filterOf(settings, workspace.directory);
  const change = filter && (await judgePushed(push, { workspace, filter }, ports, reads.trees));
  const treeDigest = change?.headDigest ?? null;
  if (filter && change && !change.isChanged) return { ...refuseUnchanged(settings, filter), treeDigest };
  return { ...(await decideChanged(push, workspace, ports)), treeDigest };
}

async function decideChanged(
  { event, overtaken, receivedAt, account }: PushToPlan,
  { id: workspaceId }: Workspace,
  { store }: PlanningPorts,
): Promise<Omit<Decision, 'treeDigest'>> {
  if (overtaken) return { reason: 'overtaken_while_away', conclusion: 'skipped', problem: null };
  if (event.senderIsBot) {
    const since = receivedAt - LOOP_WINDOW_MS;
    const started = await store.countStarted({ account, workspaceId }, event.sender, since);
    if (started >= LOOP_LIMIT) {
      return { reason: 'loop_brake', conclusion: 'action_required', problem: null };
    }
  }
  return { reason: event.foundBySweep ? 'found_by_sweep' : 'push', conclusion: null, problem: null };
}

/** Judges whether the push changed files of a workspace. Throws when GitHub can't answer now. */
export async function judgePushed(
  push: PushToPlan,
  { workspace: { id: workspaceId }, filter }: { readonly workspace: Workspace; readonly filter: PathFilter },
  ports: ComparisonPorts,
  trees: PushTrees,
): Promise<JudgedChange> {
  const { event, account } = push;
  const workspace = {
    account,
    workspaceId,
    repositoryId: event.repository.id,
  };
  const findBefore = () => chooseBefore(push, workspace, ports);
  return judgeChange({ workspace, filter, head: event.after, findBefore }, trees, ports.store);
}

async function readMessage(
  { message, repository, after }: PushEvent,
  { skipTokens }: WorkspaceSettings,
  ports: PlanningPorts,
  reads: PushReads,
): Promise<string> {
  if (skipTokens.length === 0) return '';
  if (typeof message === 'string') return message;
  reads.message ??= ports.readMessage(repository, after);
  return reads.message;
}

/** The commit that a workspace without a deployment is compared with; null: everything counts as changed. */
async function chooseBefore(
  push: PushToPlan,
  workspace: RepositoryWorkspace,
  ports: ComparisonPorts,
): Promise<CommitBefore | null> {
  // The changes of held pushes aren't deployed yet.
  if (push.configuration.wasHeld) return null;
  // Nor are the changes of earlier pushes that were skipped or withdrawn.
  const pending = await ports.store.findFirstPending(workspace, orderOf(push, ports));
  const commit = pending ? pending.before : push.event.before;
  if (commit === null || NO_COMMIT.test(commit)) return null;
  return { commit, role: commit === push.event.before ? 'before' : 'old' };
}

function describe(
  push: PushToPlan,
  workspace: Workspace,
  ports: PlanningPorts,
): Omit<PlannedDeployment, keyof Decision> {
  const { event } = push;
  return {
    ...describeDeployment({ ...push, workspace, repository: event.repository }, ports),
    branch: branchOf(event.ref) ?? event.ref,
    sha: event.after,
    before: NO_COMMIT.test(event.before) ? null : event.before,
    requestedBy: event.sender,
    requestedByBot: event.senderIsBot,
    cause: 'push',
    redeployOf: null,
    pushedAt: orderOf(push, ports),
  };
}

/** The time by which pushes are ordered: GitHub's, or the receipt by GitHub's clock (epoch milliseconds). */
function orderOf({ event, receivedAt }: PushToPlan, { githubClock }: ComparisonPorts): number {
  return event.pushedAt ?? githubClock.toRemoteSecond(receivedAt);
}
