import type { ConfigurationRunStore } from '../domain/configuration-run.ts';
import { isReported } from '../domain/deployment.ts';
import type { FailureCommentStore } from '../domain/failure-comment.ts';
import type { GitHubDeploymentStore } from '../domain/github-deployment.ts';
import type {
  CommandStore,
  DeliveryStore,
  DeploymentStore,
  Dispatcher,
  Reporter,
  ReportStore,
} from '../domain/ports.ts';
import { formatWorkspaceKey } from '../domain/workspace-key.ts';

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
