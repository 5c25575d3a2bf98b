import type { CommandStore } from '../commands/command-store.ts';
import type { ConfigurationRunStore } from '../domain/configuration-run.ts';
import type { DeliveryStore } from '../domain/delivery-store.ts';
import { isReported } from '../domain/deployment.ts';
import type { DeploymentStore } from '../domain/deployment-store.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import { formatWorkspaceKey } from '../domain/workspace-key.ts';
import type { FailureCommentStore } from '../reporting/failure-comment.ts';
import type { GitHubDeploymentStore } from '../reporting/github-deployment.ts';
import type { ReportStore } from '../reporting/report-store.ts';
import type { Reporter } from '../reporting/reporter.ts';

export interface UnfinishedPorts {
  readonly deliveries: Pick<DeliveryStore, 'listPendingRepositories'>;
  readonly store: Pick<DeploymentStore, 'listOpenWorkspaces'> &
    Pick<ReportStore, 'listUnreported'> &
    Pick<CommandStore, 'listOpenCommands'> &
    Pick<ConfigurationRunStore, 'listOwedConfigurationRuns'> &
    Pick<FailureCommentStore, 'listOpenFailureComments'> &
    Pick<GitHubDeploymentStore, 'listOpenGitHubDeployments'>;
  readonly dispatcher: Dispatcher;
  readonly reporter: Reporter;
}

/** At start: everything that an earlier process left undone goes on from what is stored. */
export async function wakeUnfinished({
  deliveries,
  store,
  dispatcher,
  reporter,
}: UnfinishedPorts): Promise<void> {
  for (const id of await deliveries.listPendingRepositories()) dispatcher.wake('plan', String(id));
  for (const workspace of await store.listOpenWorkspaces()) {
    dispatcher.wake('workspace', formatWorkspaceKey(workspace));
  }
  for (const id of await store.listOpenCommands()) dispatcher.wake('command', id);
  for (const run of await store.listOwedConfigurationRuns()) reporter.configurationRead(run);
  for (const id of await store.listOpenFailureComments()) dispatcher.wake('comment', id);
  for (const id of await store.listOpenGitHubDeployments()) dispatcher.wake('environment', id);
  for (const deployment of await store.listUnreported()) {
    const needsLog = deployment.state === 'concluded' && deployment.jobId !== null && !isReported(deployment);
    if (needsLog) dispatcher.wake('log', deployment.id);
    else reporter.changed(deployment);
  }
}
