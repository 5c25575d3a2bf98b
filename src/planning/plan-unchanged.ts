import type { PlannedDeployment } from '../domain/deployment.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import { settingsOf } from '../domain/repository-configuration.ts';
import type { OpenedGitHubDeployment } from '../reporting/github-deployment.ts';
import type { PlanningPorts, PushToPlan } from './plan-push.ts';

/** How many workspaces of a push get one. */
const MOST_UNCHANGED = 5;

/** Pushes to a tracked branch whose files are those that were deployed last. */
const UNCHANGED: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['paths_unchanged', 'paths_unmatched']);

/** With `github_deployments: all`: the GitHub Deployments of workspaces that a push leaves as they are. */
export async function planUnchanged(
  { configuration: { configuration }, workspaces, receivedAt: openedAt }: PushToPlan,
  planned: readonly PlannedDeployment[],
  { store, nameEnvironment }: PlanningPorts,
): Promise<OpenedGitHubDeployment[]> {
  if (configuration.githubDeployments !== 'all') return [];
  const opened: OpenedGitHubDeployment[] = [];
  for (const one of planned) {
    const { id: deploymentId, account, workspaceId, repositoryId } = one;
    const workspace = workspaces.find(({ id }) => id === workspaceId);
    if (!workspace || !UNCHANGED.has(one.reason) || opened.length >= MOST_UNCHANGED) continue;
    const unchangedSince = await store.findLastDeployed({ account, workspaceId, repositoryId });
    // Nothing was ever deployed: nothing can be unchanged.
    if (unchangedSince === null) continue;
    const name = settingsOf(configuration, workspace).environment ?? workspace.name;
    const environment = nameEnvironment({ name, workspaceId });
    opened.push({ deploymentId, account, workspaceId, environment, openedAt, unchangedSince });
  }
  return opened;
}
