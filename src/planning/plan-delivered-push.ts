import {
  acceptFile,
  describeConfigurationRun,
  describeProjectRun,
  type NewCommitRun,
  type ProjectComparison,
  refuseFile,
} from '../domain/commit-run.ts';
import { type ConfigurationInUse, hasGate, isAboutWorkspaces } from '../domain/configuration-in-use.ts';
import { type Delivery, makeSweepDeliveryId, type PushEvent } from '../domain/delivery.ts';
import type { PlannedDeployment } from '../domain/deployment.ts';
import { branchOf, toRef } from '../domain/git-ref.ts';
import { settingsOf } from '../domain/repository-configuration.ts';
import { findQueueBase, type WouldDecide } from '../domain/required-check.ts';
import type { Workspace } from '../domain/workspace.ts';
import { describePlannedPush } from './ask-required-check.ts';
import { compareProject } from './compare-project.ts';
import { digestText } from './digest-text.ts';
import type { EventContext } from './event-context.ts';
import type { ListWorkspaces } from './find-workspaces.ts';
import { NO_COMMIT, planPush, tracksPushedBranch } from './plan-push.ts';
import type { Plan } from './plan-store.ts';
import { planUnchanged } from './plan-unchanged.ts';
import { explainNoWorkspace } from './select-own-workspaces.ts';

export interface DeliveredPush {
  readonly delivery: Delivery;
  readonly event: PushEvent;
  /** The key of the Meltano Cloud account. */
  readonly account: string;
  readonly find: ListWorkspaces;
}

/** Plans a push by the repository's configuration. Throws when GitHub or Meltano Cloud can't answer now. */
export async function planDeliveredPush(push: DeliveredPush, context: EventContext): Promise<Plan> {
  const { delivery, event, account, find } = push;
  if (await wasFoundBefore(event, context)) return { outcome: 'found_before', deployments: [] };
  const { id: deliveryId, receivedAt } = delivery;
  const asDecided = asPushToBase(event);
  const found = await find((known) => known.some((one) => tracksPushedBranch(one, asDecided)));
  if (found.length === 0) {
    const outcome = await explainNoWorkspace(event.repository, context.repositories);
    return { outcome, deployments: [] };
  }
  const before = await context.configurations.known(event.repository.id);
  const { workspaces, inUse: configuration } = await findConfiguration(push, found, context);
  const gate = hasGate(configuration);
  // Without the required check, nobody asks what merging would do.
  const judged = { ...push, event: gate ? asDecided : event };
  const commitRuns = [
    ...reportFile(push, workspaces, configuration),
    ...(await askForCheck(judged, workspaces, configuration, context)),
  ];
  if (configuration.kind === 'held') {
    const isTracked = workspaces.some((one) => tracksPushedBranch(one, judged.event));
    const outcome = isTracked || !gate ? 'configuration_held' : 'branch_not_tracked';
    return { outcome, deployments: [], commitRuns, gate };
  }
  const overtaken = await wasOvertaken(deliveryId, event, context);
  const toPlan = { deliveryId, receivedAt, event, account, workspaces, configuration, overtaken };
  const deployments = await planPush(toPlan, context.planning);
  const unchanged = await planUnchanged(toPlan, deployments, context.planning);
  const would =
    judged.event === event ? [] : await planPush({ ...toPlan, event: judged.event }, context.planning);
  // What waits for the end of a freeze is judged by the new one.
  const wake = hasSameFreeze(before, configuration)
    ? []
    : workspaces.map(({ id: workspaceId }) => ({ account, workspaceId }));
  return {
    outcome: 'push',
    deployments,
    commitRuns,
    unchanged,
    gate,
    awaitsPull:
      deployments.every(({ conclusion }) => conclusion !== null) &&
      workspaces.some((one) => settingsOf(configuration.configuration, one).projectCheck === 'block'),
    would: would.flatMap(describeWould),
    wake,
  };
}

/** The push of a merge queue's temporary branch, as a person's push to its base. Other pushes are returned themselves. */
function asPushToBase(event: PushEvent): PushEvent {
  const base = findQueueBase(event.ref);
  return base === null ? event : { ...event, ref: toRef(base), senderIsBot: false };
}

function describeWould({
  workspaceId,
  workspaceName,
  reason,
  conclusion,
  problem,
}: PlannedDeployment): WouldDecide[] {
  if (reason === 'branch_not_tracked') return [];
  return [{ workspaceId, workspaceName, refusal: conclusion === null ? null : reason, problem }];
}

/** The configuration for a push, checked against a list of workspaces that is new enough. */
async function findConfiguration(
  { delivery: { receivedAt }, event, find }: DeliveredPush,
  found: readonly Workspace[],
  { configurations, planning }: EventContext,
): Promise<{ workspaces: readonly Workspace[]; inUse: ConfigurationInUse }> {
  const { repository, after: sha } = event;
  const push = describePlannedPush(event, planning.githubClock.toRemote(receivedAt));
  const inUse = await configurations.current({ repository, workspaces: found, push });
  // Only the push that brought the bad file waits for a newer list: other pushes use the last good file.
  const isJudged = inUse.kind === 'held' || inUse.bad?.sha === sha;
  if (!inUse.bad || !isJudged || !isAboutWorkspaces(inUse.bad)) return { workspaces: found, inUse };
  const workspaces = await find(() => false);
  return { workspaces, inUse: await configurations.current({ repository, workspaces, push }) };
}

function hasSameFreeze(one: ConfigurationInUse, other: ConfigurationInUse): boolean {
  const [first, second] = [one, other].map(({ configuration }) =>
    JSON.stringify(configuration.deploy.freeze),
  );
  return first === second;
}

/** A check run on the head of the default branch reports a bad file, or one that is looser than the operator's limits. */
function reportFile(
  { delivery: { receivedAt: createdAt }, event: { repository } }: DeliveredPush,
  workspaces: readonly Workspace[],
  inUse: ConfigurationInUse,
): NewCommitRun[] {
  const { kind, bad } = inUse;
  if (bad) {
    const verdict = refuseFile(bad, kind === 'held' ? 'held' : 'last_good');
    return [describeConfigurationRun({ repository, sha: bad.sha, createdAt }, verdict, digestText)];
  }
  if (kind === 'held' || inUse.source === null || inUse.source.sha === repository.defaultBranch) return [];
  const { file, sha } = inUse.source;
  const verdict = acceptFile(file, inUse.configuration, { repository, workspaces });
  if (verdict.kind === 'bad' || !verdict.loose) return [];
  const inForce = { ...verdict, isInForce: true };
  return [describeConfigurationRun({ repository, sha, createdAt }, inForce, digestText)];
}

/** The check run about the projects of the workspaces that track the branch. */
async function askForCheck(
  { delivery: { receivedAt: createdAt }, event, account }: DeliveredPush,
  workspaces: readonly Workspace[],
  { configuration }: ConfigurationInUse,
  { planning: { store } }: EventContext,
): Promise<NewCommitRun[]> {
  const { repository, after: sha, before } = event;
  const comparisons: ProjectComparison[] = [];
  for (const workspace of workspaces) {
    if (!tracksPushedBranch(workspace, event)) continue;
    const compared = await compareProject(
      {
        account,
        workspace,
        repositoryId: repository.id,
        settings: settingsOf(configuration, workspace),
        before: NO_COMMIT.test(before) ? null : before,
      },
      store,
    );
    const { cloudCommits } = event;
    if (compared) comparisons.push({ ...compared, ...(cloudCommits && { cloudCommits }) });
  }
  return comparisons.length === 0 ? [] : [describeProjectRun({ repository, sha, createdAt }, comparisons)];
}

/** True if the sweep found the push before its delivery came: the sweep has planned its deployment. */
async function wasFoundBefore(push: PushEvent, { deliveries }: EventContext): Promise<boolean> {
  if (push.foundBySweep) return false;
  const id = makeSweepDeliveryId(push.repository.id, push.ref, push.after);
  const found = await deliveries.findDelivery(id);
  return found?.event.kind === 'push' && (push.pushedAt ?? 0) <= (found.event.pushedAt ?? 0);
}

/** True if a redelivered push is no longer the branch's head. Other deliveries are new, so they aren't checked. */
async function wasOvertaken(
  deliveryId: string,
  push: PushEvent,
  { sweeps, heads }: EventContext,
): Promise<boolean> {
  if (!(await sweeps.wasRedeliveryRequested(deliveryId))) return false;
  const branch = branchOf(push.ref) ?? push.ref;
  return (await heads.readHead(push.repository, branch)) !== push.after;
}
