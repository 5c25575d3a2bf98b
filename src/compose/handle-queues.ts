import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, type Registry } from 'prom-client';
import { createReportFinisher } from '../deploying/finish-report.ts';
import type { ReconcileContext } from '../deploying/reconcile-context.ts';
import { createReconciler } from '../deploying/reconcile-workspace.ts';
import type { Accounts } from '../domain/account.ts';
import type { Configurations } from '../domain/configuration-in-use.ts';
import type { InstallationReader } from '../domain/installation-reader.ts';
import type { KeptPushStore } from '../domain/kept-push.ts';
import { isMeant } from '../domain/owner.ts';
import { normalizeHost } from '../domain/repository-url.ts';
import { createCommandReads } from '../github/command-reads.ts';
import { createDeliveryLog } from '../github/hook-deliveries.ts';
import { createInstallationReader } from '../github/installation-reader.ts';
import type { OctokitSource } from '../github/octokit.ts';
import { createOwnApp } from '../github/own-app.ts';
import type { RequestUse } from '../github/rate-budget.ts';
import { createTreeReader } from '../github/read-trees.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { OpenTrees } from '../planning/changed-paths.ts';
import { checkPull } from '../planning/check-pull.ts';
import { digestTexts } from '../planning/digest-text.ts';
import type { OwnerReader } from '../planning/know-owners.ts';
import { createPlanner } from '../planning/plan-deliveries.ts';
import type { LacksPush } from '../planning/plan-store.ts';
import { PushTrees } from '../planning/push-trees.ts';
import { selectEntries } from '../planning/select-entries.ts';
import { handleSweeps, type SweepRounds } from '../recovery/handle-sweeps.ts';
import { createInstallationLearner, type InstallationLearning } from '../recovery/learn-repositories.ts';
import { RequestBudget } from '../recovery/request-budget.ts';
import { createResumer } from '../recovery/resume-installation.ts';
import { type RecordKind, retainRecords } from '../recovery/retain-records.ts';
import { type UnfinishedPorts, wakeUnfinished } from '../recovery/wake-unfinished.ts';
import { createFollowers } from '../reporting/create-followers.ts';
import { nameCheckRun } from '../reporting/render/name-check-run.ts';
import { chooseReporter } from './choose-reporter.ts';
import { createCommandPlanning, createConversations } from './create-commands.ts';
import { readConfigurations } from './create-configurations.ts';
import type { Reporting } from './create-reporting.ts';
import type { Foundation } from './foundation.ts';
import { handleFollowers, readWishes } from './handle-followers.ts';

/** The sweep of branch heads makes at most so many requests an hour in one installation: an eighth of GitHub's limit. */
const SWEEP_REQUESTS_PER_HOUR = 600;
/** Between two steps of removing old records (milliseconds). */
const RETENTION_PAUSE_MS = 20;

export interface QueuePorts {
  readonly octokit: OctokitSource;
  readonly accounts: Accounts;
  readonly knowOwner: OwnerReader;
  readonly reporting: Reporting;
}

export interface HandledQueues {
  /** What it takes to wake up all that is unfinished. */
  readonly unfinished: UnfinishedPorts;
  /** An installation is new, or works again: what waits for it is tried at once, and its repositories are looked at. */
  readonly onInstallation: (installationId: number) => void;
  /** A signed delivery was answered as failed: GitHub is asked for it again. */
  readonly onFailedDelivery: () => void;
}

/** Gives each queue of the dispatcher its work. */
export function handleQueues(foundation: Foundation, ports: QueuePorts): HandledQueues {
  const { configuration, log, clock, githubClock, stores, dispatcher, metrics, redactor, budgets } =
    foundation;
  const { octokit, accounts, reporting } = ports;
  const mayAskFor = (use: RequestUse) => (installationId: number) =>
    budgets.of(installationId).allowsAt(use, clock.elapsed()) === 0;
  const reader = createTreeReader({
    getOctokit: octokit.get,
    sleep,
    mayAsk: mayAskFor('plan'),
    elapsed: clock.elapsed,
  });
  const openTrees: OpenTrees = (repository) =>
    new PushTrees(repository, { reader, selectEntries, digestTexts });
  const heads = createInstallationReader({ getOctokit: octokit.get, getAppOctokit: octokit.getForApp });
  const { files, configurations, readConfiguration } = readConfigurations(foundation, {
    getOctokit: octokit.get,
    heads,
    trees: reader,
  });
  // The name is cut, and what is left of a secret then would not be recognised any more.
  const nameWithoutSecrets: typeof nameCheckRun = (workspace) =>
    nameCheckRun({ ...workspace, workspaceName: redactor.redactOwn(workspace.workspaceName) });
  const common = {
    configurations,
    repositories: stores,
    accounts,
    dispatcher,
    clock,
    log,
    random: Math.random,
    githubClock,
    githubHost: normalizeHost(configuration.github.host),
    onConcluded: metrics.concluded,
  };
  const followers = createFollowers({
    store: stores,
    dispatcher,
    clock,
    readWishes: (repositoryId) => readWishes(configurations, repositoryId),
  });
  const writing: ReconcileContext = {
    ...common,
    reporter: reporting.reporter,
    store: stores,
    openTrees,
    logs: reporting.logs,
    followers,
    limits: {
      startMs: configuration.startTimeoutMinutes * 60_000,
      deployMs: configuration.deployTimeoutMinutes * 60_000,
      poll: configuration.poll,
    },
  };
  const planning = {
    openTrees,
    store: stores,
    newId: randomUUID,
    nameCheckRun: nameWithoutSecrets,
    githubClock,
    readMessage: files.readMessage,
    lacksPush: createPushCheck(accounts, stores),
  };
  const finish = createReportFinisher(writing, stores);
  const { reporter, resume: resumeWriter } = chooseReporter(foundation, { reporting, accounts, finish });
  const resume = createResumer({ store: stores, dispatcher, resumeWriter, log });
  const learning = prepareLearning(foundation, heads, resume);
  // Where several instances share the work, the one that writes a check run reads its log.
  const logs = foundation.shared ? leaveLogs(reporting.logs) : reporting.logs;
  const commands = createCommandPlanning(foundation, ports, {
    reads: createCommandReads({ getOctokit: octokit.get, heads, sleep, mayAsk: mayAskFor('command') }),
    planning,
    configurations,
  });
  dispatcher.handle(
    'plan',
    createPlanner({
      ...common,
      reporter,
      onDecision: metrics.decided,
      deliveries: stores,
      plans: stores,
      sweeps: stores,
      heads,
      configurationRuns: stores,
      checkPull: (pull) => checkPull(pull, { files, read: readConfiguration }),
      planning,
      commands,
      knowOwner: ports.knowOwner,
      allowedAccounts: configuration.allowedAccounts,
    }),
  );
  dispatcher.handle('workspace', createReconciler({ ...writing, reporter, logs }));
  const saying = {
    getOctokit: octokit.get,
    lanes: foundation.lanes,
    ownApp: createOwnApp(configuration.github.appId, octokit.getForApp),
  };
  dispatcher.handle('command', createConversations(foundation, { ...saying, accounts, reporting }));
  handleFollowers(foundation, { ...saying, configurations, pages: reporting.pages });
  const unfinished = { deliveries: stores, store: stores, dispatcher, reporter };
  const sweeps = handleSweeps({
    dispatcher,
    recover: foundation.shared ? () => wakeUnfinished(unfinished) : null,
    retain: createRetention(foundation),
    learnInstallation: createInstallationLearner(learning),
    rounds:
      configuration.sweepMinutes > 0
        ? planRounds(foundation, ports, { learning, heads, configurations })
        : null,
  });
  return {
    unfinished,
    onInstallation: (installationId) => {
      resume(installationId);
      sweeps.lookAt(installationId);
    },
    onFailedDelivery: sweeps.lookForFailed,
  };
}

function createPushCheck(accounts: Accounts, store: KeptPushStore): LacksPush {
  return async ({ account, workspaceId, repositoryId, branch }) =>
    accounts.byKey(account)?.triggerOf(workspaceId).kind === 'webhook' &&
    (await store.findPush(repositoryId, branch)) === null;
}

function leaveLogs(logs: LogStore): ReconcileContext['logs'] {
  return {
    readOn: async () => ({ ok: true, value: false }),
    readWhole: (...request) => logs.readWhole(...request),
  };
}

function createRetention({ configuration, log, clock, stores, metrics }: Foundation): () => Promise<number> {
  const onRemoved = countRemoved(metrics.registry);
  const pause = () => sleep(RETENTION_PAUSE_MS);
  const days = configuration.retentionDays;
  return () => retainRecords({ store: stores, clock, log, days, pause, onRemoved });
}

function countRemoved(registry: Registry): (kind: RecordKind, count: number) => void {
  const removed = new Counter({
    name: 'meltano_deploy_records_removed_total',
    help: 'Records removed because they were too old or too many (deployment, delivery, redelivery, command, configuration_run, failure_comment, github_deployment, push_payload).',
    labelNames: ['kind'],
    registers: [registry],
  });
  return (kind, count) => removed.inc({ kind }, count);
}

/** What finds out where repositories are, within the requests that sweeps may make. */
function prepareLearning(
  { clock, stores, dispatcher, log, metrics, budgets }: Foundation,
  installations: InstallationReader,
  onMoved: (installationId: number) => void,
): InstallationLearning {
  const sweepBudget = new RequestBudget(clock, SWEEP_REQUESTS_PER_HOUR);
  const budget: InstallationLearning['budget'] = {
    take(id) {
      const isTaken = budgets.of(id).allowsAt('sweep', clock.elapsed()) === 0 && sweepBudget.take(id);
      metrics.sweepRequest(isTaken ? 'sent' : 'left_out');
      return isTaken;
    },
  };
  return {
    installations,
    budget,
    repositories: stores,
    dispatcher,
    clock,
    log,
    onMoved,
    random: Math.random,
  };
}

interface RoundPorts {
  readonly learning: InstallationLearning;
  readonly heads: InstallationReader;
  readonly configurations: Configurations;
}

function planRounds(
  foundation: Foundation,
  ports: QueuePorts,
  { learning, heads: installations, configurations }: RoundPorts,
): SweepRounds {
  const { configuration, log, clock, githubClock, stores, dispatcher, metrics } = foundation;
  const { octokit, accounts, reporting } = ports;
  metrics.sweepLimit(SWEEP_REQUESTS_PER_HOUR);
  log.info(
    { everyMinutes: configuration.sweepMinutes, requestsPerHour: SWEEP_REQUESTS_PER_HOUR },
    'Missed deliveries and branch heads are looked for; each installation has so many requests an hour for it',
  );
  const allowed = configuration.allowedAccounts;
  return {
    everyMs: configuration.sweepMinutes * 60_000,
    deliveries: {
      deliveryLog: createDeliveryLog(octokit.getForApp, { githubClock, log }),
      store: stores,
      clock,
      sleep,
      log,
      onFound: (count) => metrics.swept('delivery', count),
    },
    heads: {
      installations,
      accounts,
      repositories: stores,
      deliveries: stores,
      store: stores,
      dispatcher,
      clock,
      githubClock,
      log,
      budget: learning.budget,
      onMoved: learning.onMoved,
      githubHost: normalizeHost(configuration.github.host),
      knowOwner: ports.knowOwner,
      isAllowed: (owner) => allowed === null || allowed.some((one) => isMeant(one, owner)),
      onFound: (count) => metrics.swept('push', count),
    },
    adoption: {
      runs: reporting.runs,
      plans: stores,
      configurations,
      accounts,
      dispatcher,
      clock,
      githubClock,
      log,
    },
  };
}
