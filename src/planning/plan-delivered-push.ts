import {
  describeConfigurationRun,
  describeProjectRun,
  type NewCommitRun,
  type ProjectComparison,
  refuseFile,
} from '../domain/commit-run.ts';
import { type ConfigurationInUse, isAboutWorkspaces } from '../domain/configuration-in-use.ts';
import { type Delivery, makeSweepDeliveryId, type PushEvent } from '../domain/delivery.ts';
import { branchOf } from '../domain/git-ref.ts';
import { settingsOf } from '../domain/repository-configuration.ts';
import type { Workspace } from '../domain/workspace.ts';
import { compareProject } from './compare-project.ts';
import { digestText } from './digest-text.ts';
import type { EventContext } from './event-context.ts';
import type { ListWorkspaces } from './find-workspaces.ts';
import { NO_COMMIT, planPush, tracksPushedBranch } from './plan-push.ts';
import type { Plan } from './plan-store.ts';
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
  const found = await find((known) => known.some((one) => tracksPushedBranch(one, event)));
  if (found.length === 0) {
    const outcome = await explainNoWorkspace(event.repository, context.repositories);
    return { outcome, deployments: [] };
  }
  const { workspaces, inUse: configuration } = await findConfiguration(push, found, context);
  const commitRuns = [
    ...reportBadFile(push, configuration),
    ...(await askForCheck(push, workspaces, configuration, context)),
  ];
  if (configuration.kind === 'held') {
    return { outcome: 'configuration_held', deployments: [], commitRuns };
  }
  const overtaken = await wasOvertaken(deliveryId, event, context);
  const deployments = await planPush(
    { deliveryId, receivedAt, event, account, workspaces, configuration, overtaken },
    context.planning,
  );
  return { outcome: 'push', deployments, commitRuns };
}

/** The configuration for a push, checked against a list of workspaces that is new enough. */
async function findConfiguration(
  { delivery: { receivedAt }, event, find }: DeliveredPush,
  found: readonly Workspace[],
  { configurations, planning }: EventContext,
): Promise<{ workspaces: readonly Workspace[]; inUse: ConfigurationInUse }> {
  const { repository, ref, after: sha, pushedAt } = event;
  const push = {
    branch: branchOf(ref) ?? ref,
    sha,
    at: pushedAt ?? planning.githubClock.toRemote(receivedAt),
    changesConfiguration: event.changesConfiguration ?? false,
  };
  const inUse = await configurations.current({ repository, workspaces: found, push });
  // Only the push that brought the bad file waits for a newer list: other pushes use the last good file.
  const isJudged = inUse.kind === 'held' || inUse.bad?.sha === sha;
  if (!inUse.bad || !isJudged || !isAboutWorkspaces(inUse.bad)) return { workspaces: found, inUse };
  const workspaces = await find(() => false);
  return { workspaces, inUse: await configurations.current({ repository, workspaces, push }) };
}

/** A check run on the head of the default branch reports a bad file. */
function reportBadFile(
  { delivery: { receivedAt: createdAt }, event: { repository } }: DeliveredPush,
  { kind, bad }: ConfigurationInUse,
): NewCommitRun[] {
  if (!bad) return [];
  const verdict = refuseFile(bad, kind === 'held' ? 'held' : 'last_good');
  return [describeConfigurationRun({ repository, sha: bad.sha, createdAt }, verdict, digestText)];
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
