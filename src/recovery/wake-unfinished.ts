import type { CommitRun } from '../domain/commit-run.ts';
import { type Deployment, isReported } from '../domain/deployment.ts';
import type { Dispatcher } from '../domain/dispatcher.ts';
import type { PipelineWatch } from '../domain/pipeline-watch.ts';
import { isRequiredCheckId } from '../domain/required-check.ts';
import { formatWorkspaceKey, type WorkspaceKey } from '../domain/workspace.ts';
import { findShownLog } from '../reporting/report-subject.ts';
import type { Reporter } from '../reporting/reporter.ts';

/** Lists the unfinished work of the whole app. */
export interface UnfinishedStore {
  /** Ids of repositories with deliveries that are not planned yet. */
  listPendingRepositories(): Promise<number[]>;
  listOpenWorkspaces(): Promise<WorkspaceKey[]>;
  /** Those with a gate that ended a deployment and may still open. */
  listArmedWorkspaces(): Promise<WorkspaceKey[]>;
  /** Ids of the commands that the app still has to answer. */
  listOpenCommands(): Promise<string[]>;
  listOwedCommitRuns(): Promise<CommitRun[]>;
  /** Ids. */
  listWaitingCommitRuns(): Promise<string[]>;
  listOpenFailureComments(): Promise<string[]>;
  listOpenGitHubDeployments(): Promise<string[]>;
  listReportableWatches(): Promise<PipelineWatch[]>;
  /** Ids. */
  listRepositoriesWithDueIssues(): Promise<number[]>;
  /** Ids of destinations with notifications to send. */
  listOpenDestinations(): Promise<string[]>;
  /** Ids of repositories. */
  listDueSetupRuns(): Promise<number[]>;
  /** Deployments whose check run is out of date, or may exist twice. */
  listUnreported(): Promise<Deployment[]>;
}

export interface UnfinishedPorts {
  readonly store: UnfinishedStore;
  readonly dispatcher: Dispatcher;
  readonly reporter: Reporter;
}

/** Wakes all unfinished work that an earlier process left in the store. */
export async function wakeUnfinished({ store, dispatcher, reporter }: UnfinishedPorts): Promise<void> {
  for (const id of await store.listPendingRepositories()) dispatcher.wake('plan', String(id));
  const workspaces = [...(await store.listOpenWorkspaces()), ...(await store.listArmedWorkspaces())];
  for (const workspace of workspaces) {
    dispatcher.wake('workspace', formatWorkspaceKey(workspace));
  }
  for (const id of await store.listOpenCommands()) dispatcher.wake('command', id);
  for (const run of await store.listOwedCommitRuns()) reporter.commitJudged(run);
  for (const id of await store.listWaitingCommitRuns()) {
    dispatcher.wake(isRequiredCheckId(id) ? 'required' : 'project', id);
  }
  await wakeOutputs(store, dispatcher);
  for (const deployment of await store.listUnreported()) {
    const needsLog = deployment.state === 'concluded' && deployment.jobId !== null && !isReported(deployment);
    if (needsLog) dispatcher.wake('log', deployment.id);
    else reporter.changed(deployment);
  }
  for (const watch of await store.listReportableWatches()) {
    if (watch.state !== 'concluded') dispatcher.wake('pipelines', watch.id);
    if (watch.state === 'concluded' && findShownLog(watch) && !isReported(watch))
      dispatcher.wake('log', watch.id);
    else reporter.pipelinesChanged(watch);
  }
}

/** What the app writes beside check runs of deployments. */
async function wakeOutputs(store: UnfinishedStore, dispatcher: Dispatcher): Promise<void> {
  for (const id of await store.listOpenFailureComments()) dispatcher.wake('comment', id);
  for (const id of await store.listOpenGitHubDeployments()) dispatcher.wake('environment', id);
  for (const id of await store.listRepositoriesWithDueIssues()) dispatcher.wake('issue', String(id));
  for (const id of await store.listOpenDestinations()) dispatcher.wake('notification', id);
  for (const id of await store.listDueSetupRuns()) dispatcher.wake('setup', String(id));
}
