import type { AppContext } from '../app-context.ts';
import type { Configurations, KnownConfigurations } from '../domain/configuration-in-use.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Pages } from '../domain/pages.ts';
import { settingsOf } from '../domain/repository-configuration.ts';
import type { ShownCheckRuns } from '../domain/shown-check-run.ts';
import { CheckRuns } from '../github/check-runs.ts';
import { createCommitHistoryApi } from '../github/commit-history.ts';
import { createConversationApi, createOwnApp, type OwnApp } from '../github/conversations.ts';
import { createGitHubDeploymentApi } from '../github/github-deployments.ts';
import { createIssueApi } from '../github/issues.ts';
import { createLogExcerptBuilder } from '../logs/log-excerpt-builder.ts';
import { LogStore } from '../logs/log-store.ts';
import { InstallationLeases } from '../scheduling/installation-leases.ts';
import { CheckRunWriter } from './check-run-writer.ts';
import {
  createPostDeploymentOutputs,
  type PostDeploymentOutputs,
  type WantedOutputs,
} from './post-deployment-outputs.ts';
import { describeStatus, nameEnvironment } from './render/describe-github-deployment.ts';
import { findRunUrl } from './render/github-links.ts';
import { renderCheckRun } from './render/render-check-run.ts';
import { renderCommitRun } from './render/render-commit-run.ts';
import { renderFailureComment } from './render/render-failure-comment.ts';
import { renderPipelineWatch } from './render/render-pipeline-watch.ts';
import { createFailureRenderer } from './render-failure.ts';
import { isDeployment } from './report-subject.ts';
import { notifyCommands, type Reporter } from './reporter.ts';
import { SharedReporter } from './shared-reporter.ts';
import { createFailureCommentSync } from './sync-failure-comment.ts';
import { createFailureIssueSync } from './sync-failure-issues.ts';
import { createGitHubDeploymentSync } from './sync-github-deployment.ts';
import { type CommitHistoryApi, createWayBackFinder, type FindWayBack } from './way-back.ts';

export interface Reporting {
  readonly writer: CheckRunWriter;
  /** Notifies this process's writer and commands of changes. */
  readonly localReporter: Reporter;
  readonly pages: Pages;
  readonly logs: LogStore;
  readonly runs: ShownCheckRuns;
  readonly conversationApi: ReturnType<typeof createConversationApi>;
  readonly outputs: PostDeploymentOutputs;
  readonly history: CommitHistoryApi;
  readonly ownApp: OwnApp;
  readonly findWayBack: FindWayBack;
  /** The leases of the writer; null if this process is the only instance. */
  readonly writing: InstallationLeases | null;
}

/** Builds the store of logs and the one writer of check runs. */
export function createReporting(context: AppContext, configurations: Configurations): Reporting {
  const { configuration, stores, redactor, clock, githubClock, log, writeQueues, metrics } = context;
  const { accounts, octokit, dispatcher, shared } = context;
  const logs = new LogStore(() => createLogExcerptBuilder(redactor, metrics.redacted));
  // The best guess for an account that is no longer served.
  const ownOrigin = new URL(configuration.meltano.apiUrl).origin;
  const pages: Pages = {
    githubUrl: configuration.github.webUrl,
    workspaceUrl({ account, workspaceId }) {
      const origin = account === null ? ownOrigin : (accounts.byKey(account)?.pagesUrl ?? ownOrigin);
      return `${origin}/workspaces/${workspaceId}`;
    },
  };
  const { appId } = configuration.github;
  const runs = new CheckRuns({ getOctokit: octokit.get, appId, now: clock.now });
  const history = createHistory(context);
  const findWayBack = createWayBackFinder({ store: stores, log, api: history });
  const writing = shared && new InstallationLeases(shared.leases);
  const writer = new CheckRunWriter({
    api: runs,
    store: stores,
    repositories: stores,
    logs,
    writeQueues,
    clock,
    log,
    pages,
    random: Math.random,
    findWayBack,
    render: renderCheckRun,
    renderCommit: renderCommitRun,
    renderPipelines: renderPipelineWatch,
    limits: configuration,
    onWritten(of) {
      if (isDeployment(of)) metrics.written(of, clock.now());
    },
    ...(writing ? { withLease: writing.withLease } : {}),
  });
  const ownApp = createOwnApp(appId, octokit.getForApp);
  const conversationApi = createConversationApi({
    getOctokit: octokit.get,
    writeQueues,
    ownApp,
    githubClock,
    now: clock.now,
  });
  const outputs = createPostDeploymentOutputs({
    store: stores,
    dispatcher,
    clock,
    readWantedOutputs: (repositoryId) => readWantedOutputs(configurations, repositoryId),
  });
  const localReporter = notifyCommands(writer, dispatcher);
  return {
    writer,
    writing,
    localReporter,
    pages,
    logs,
    runs,
    conversationApi,
    outputs,
    history,
    ownApp,
    findWayBack,
  };
}

function createHistory({ octokit, budgets, clock }: AppContext): CommitHistoryApi {
  return createCommitHistoryApi({
    getOctokit: octokit.get,
    mayAsk: (installationId) => budgets.of(installationId).allowsAt('command', clock.elapsed()) === 0,
    now: clock.now,
  });
}

/** With several instances, the one that holds an installation's lease writes its check runs. */
export function createSharedReporter(
  { shared, dispatcher, stores, clock, accounts }: AppContext,
  { writer, writing, logs }: Reporting,
  finish: (deploymentId: string) => Promise<number | null>,
): SharedReporter | null {
  if (!shared || !writing) return null;
  return new SharedReporter({
    writer,
    writing,
    logs,
    accounts,
    dispatcher,
    finish,
    reports: stores,
    repositories: stores,
    resumes: stores,
    clock,
    leases: shared.leases,
    local: shared.local,
  });
}

/** The handler of the queue `comment`. */
export function createFailureComments(
  context: AppContext,
  { pages, conversationApi: api, findWayBack }: Reporting,
): ReturnType<typeof createFailureCommentSync> {
  const { stores, clock, log } = context;
  return createFailureCommentSync({
    store: stores,
    repositories: stores,
    clock,
    log,
    random: Math.random,
    pages,
    api,
    findWayBack,
    render: renderFailureComment,
  });
}

/** The handler of the queue `issue`. */
export function createFailureIssues(
  context: AppContext,
  { pages, findWayBack, ownApp }: Reporting,
  configurations: Configurations,
): ReturnType<typeof createFailureIssueSync> {
  const { configuration, stores, accounts, clock, log, dispatcher, redactor, octokit, writeQueues } = context;
  return createFailureIssueSync({
    store: stores,
    repositories: stores,
    clock,
    log,
    random: Math.random,
    api: createIssueApi({ getOctokit: octokit.get, writeQueues, ownApp, now: clock.now }),
    readWanted: (repositoryId) => readWantedOutputs(configurations, repositoryId),
    failures: createFailureRenderer({
      store: stores,
      accounts,
      newBuilder: () => createLogExcerptBuilder(redactor),
      clock,
      pages,
      findWayBack,
      limits: configuration,
    }),
    reportAgain: (deploymentId) => dispatcher.wake('log', deploymentId),
  });
}

/** The handler of the queue `environment`. */
export function createGitHubDeployments(
  context: AppContext,
  { pages }: Reporting,
  configurations: Configurations,
): ReturnType<typeof createGitHubDeploymentSync> {
  const { stores, dispatcher, clock, log, redactor, octokit, writeQueues } = context;
  return createGitHubDeploymentSync({
    store: stores,
    repositories: stores,
    clock,
    log,
    random: Math.random,
    api: createGitHubDeploymentApi({ getOctokit: octokit.get, writeQueues, now: clock.now }),
    async chooseEnvironment(deployment) {
      const name = await chooseEnvironment(configurations, deployment);
      const { workspaceId } = deployment;
      return name === null ? null : nameEnvironment({ name, workspaceId }, redactor.redactText);
    },
    wake: (deploymentId) => dispatcher.wake('environment', deploymentId),
    describe: (deployment, repository, unchangedSince) => ({
      description: describeStatus(deployment, unchangedSince),
      logUrl: findRunUrl({ githubUrl: pages.githubUrl, repository }, deployment),
      environmentUrl: pages.workspaceUrl(deployment),
    }),
  });
}

/** Uses only the stored configuration. */
async function readWantedOutputs(
  configurations: KnownConfigurations,
  repositoryId: number,
): Promise<WantedOutputs> {
  const { comments, notify, githubDeployments } = (await configurations.known(repositoryId)).configuration;
  return {
    failureComments: comments.onFailure === 'pull_request',
    failureIssues: notify.issue === 'on_failure',
    issueLabels: notify.labels,
    githubDeployments: githubDeployments !== false,
    unchangedDeployments: githubDeployments === 'all',
  };
}

/** The configured name, or the workspace's, because Meltano Cloud names every workspace's environment `dev`. */
async function chooseEnvironment(
  configurations: KnownConfigurations,
  { repositoryId, workspaceId, workspaceName, directory }: Deployment,
): Promise<string | null> {
  const { configuration } = await configurations.known(repositoryId);
  if (!configuration.githubDeployments) return null;
  const workspace = { id: workspaceId, name: workspaceName, alias: null, directory };
  return settingsOf(configuration, workspace).environment ?? workspaceName;
}
