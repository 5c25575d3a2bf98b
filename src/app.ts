import type { Server as HttpServer } from 'node:http';
import type { EmitterWebhookEvent } from '@octokit/webhooks';
import type { Logger } from 'pino';
import type { Probot } from 'probot';
import type { AppContext, ProcessContext } from './app-context.ts';
import { createCommandPlanning, createConversations } from './commands/wiring.ts';
import type { Configuration } from './config/environment.ts';
import { createFinisher, createPipelineWatcher, createWorkspaceReconciler } from './deploying/wiring.ts';
import type { Clock } from './domain/clock.ts';
import { RemoteClock } from './domain/remote-clock.ts';
import { stamp } from './domain/stored-times.ts';
import { createGitHub } from './github/wiring.ts';
import { createApp } from './index.ts';
import { guardWebhooks } from './intake/guard-webhooks.ts';
import { createCheckNotices } from './intake/notice-checks.ts';
import { describeAdding } from './intake/read-added-repositories.ts';
import type { Redactor } from './logs/redact.ts';
import { createAccounts, reloadAccounts } from './meltano/wiring.ts';
import { createNotifying, type Notifying } from './notifying/wiring.ts';
import { createOwnerReader } from './planning/know-owners.ts';
import {
  createDeliveryPlanner,
  createPlanning,
  createProjectChecker,
  createRequiredChecker,
  createSetup,
} from './planning/wiring.ts';
import { type Recovery, startRecovery } from './recovery/wiring.ts';
import { WriteQueues } from './reporting/pace/write-queues.ts';
import { notifyCommands } from './reporting/reporter.ts';
import {
  createFailureComments,
  createFailureIssues,
  createGitHubDeployments,
  createReporting,
  createSharedReporter,
} from './reporting/wiring.ts';
import { createLeaseContext } from './scheduling/lease-context.ts';
import { watchClock } from './scheduling/watch-clock.ts';
import { openScheduling } from './scheduling/wiring.ts';
import { type Database, openDatabase } from './store/wiring.ts';
import { DependencyStates } from './web/dependency-states.ts';
import { createMetrics } from './web/metrics.ts';
import { createServer, keepConnections, loadProbot, startListening } from './web/wiring.ts';

export interface Service {
  /** The address of the server, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Resolves when unfinished work has been woken; rejects if the store can't be read. */
  readonly started: Promise<void>;
  /** Reads the accounts file again, if there is one. */
  reload(): void;
  /** Takes no more work, waits for work under way and closes the database. */
  stop(): Promise<void>;
  /** Gives up the leases of a process that ends before its stop is complete, so other instances can take over at once. */
  abandon(): Promise<void>;
}

const CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
};

/** Builds the rooms, listens, and wakes the work that an earlier process left unfinished. */
export async function startApp(
  configuration: Configuration,
  log: Logger,
  redactor: Redactor,
): Promise<Service> {
  const { database, context } = await openContext(configuration, log, redactor);
  const { dispatcher, shared, accounts } = context;
  const clockWatch = watchClock(CLOCK, log);
  let isStopping = false;
  let workingSince: number | null = null;
  const server = createServer(context, {
    pingDatabase: database.ping,
    workingSince: () => workingSince,
  });
  const probot = await loadProbot(server);
  context.octokit.connect(probot);
  const httpServer = await startListening(server);
  // Nothing is awaited before the guard, so no request arrives before its handlers.
  const { recovery, notifying, stopWriting } = handleQueues(context);
  receiveWebhooks(context, recovery, { probot, httpServer });
  const started = notifying
    .resume()
    .then(recovery.wakeUnfinished)
    .then(() => {
      if (!isStopping) workingSince = CLOCK.elapsed();
    });

  return {
    url: `http://${server.host}:${server.port}`,
    started,
    reload() {
      const { accountsFile } = configuration;
      if (!accountsFile) return;
      reloadAccounts({
        source: accountsFile.source,
        replaceAccounts(read) {
          accounts.replace(read);
          notifying.replace(read);
        },
        redactor,
        log,
      });
      recovery.limitLogs().catch((error: unknown) => {
        log.error({ err: error }, 'The logs of running jobs could not be limited');
      });
    },
    abandon: async () => shared?.abandon(),
    async stop() {
      isStopping = true;
      workingSince = null;
      clockWatch.stop();
      await server.stop();
      await started;
      await notifying.stop();
      if (shared) {
        // Before other instances can take the leases, so that no write here follows theirs.
        await Promise.all([shared.local.stop(), stopWriting()]);
      }
      await dispatcher.stop();
      await stopWriting();
      await accounts.destroy();
      await database.close();
    },
  };
}

async function openContext(
  configuration: Configuration,
  log: Logger,
  redactor: Redactor,
): Promise<{ database: Database; context: AppContext }> {
  const leases = createLeaseContext();
  const metrics = createMetrics();
  const database = await openDatabase(configuration, leases, log);
  const scheduling = await openScheduling(configuration, database, { leases, log, metrics }).catch(
    async (error: unknown) => {
      await database.close();
      throw error;
    },
  );
  const context = createContext({
    ...scheduling,
    configuration,
    log,
    redactor,
    metrics,
    clock: CLOCK,
    githubClock: new RemoteClock(CLOCK),
    stores: database.stores,
    dependencies: new DependencyStates(CLOCK),
  });
  return { database, context };
}

function createContext(context: ProcessContext): AppContext {
  const { configuration, stores, clock, metrics, shared } = context;
  const { budgets, octokit } = createGitHub(context);
  const accounts = createAccounts(context);
  return {
    ...context,
    budgets,
    octokit,
    accounts,
    writeQueues: new WriteQueues({
      budgets,
      store: stores,
      clock,
      isShared: shared !== null,
      onBeyond: metrics.writtenBeyond,
    }),
    knowOwner: createOwnerReader({
      store: stores,
      clock,
      listNamed: () => [...(configuration.allowedAccounts ?? []), ...accounts.named],
    }),
  };
}

function receiveWebhooks(
  { configuration, stores, dispatcher, clock, log, metrics, accounts, knowOwner }: AppContext,
  { onInstallation, onFailedDelivery }: Recovery,
  { probot, httpServer }: { readonly probot: Probot; readonly httpServer: HttpServer },
): void {
  const { server, github } = configuration;
  createApp({
    dispatcher,
    clock,
    log,
    deliveries: stores,
    onDelivery: metrics.delivery,
    keepsPushes: async (owner) => accounts.forOwner(await knowOwner(owner))?.keepsPushes ?? false,
    onInstallation,
    onCheck: createCheckNotices({ store: stores, dispatcher, appId: github.appId, log }),
    async onAddedRepositories(added, delivery) {
      await stores.addSetupRuns(added, clock.now());
      for (const { repositoryId } of added) dispatcher.wake('setup', String(repositoryId));
      // Tells the sweep of missed deliveries that this one arrived.
      await stores.record({ ...delivery, receivedAt: stamp(clock), event: describeAdding(added) });
    },
  })(probot);
  keepConnections(httpServer, server.keepAliveSeconds);
  guardWebhooks(httpServer, {
    log,
    path: server.webhookPath,
    secret: github.webhookSecret,
    receive: (delivery) => probot.webhooks.receive(delivery as EmitterWebhookEvent),
    onFailure: onFailedDelivery,
  });
}

interface Working {
  readonly recovery: Recovery;
  readonly notifying: Notifying;
  /** Waits for the check run that is being written, and starts no other. */
  stopWriting(): Promise<void>;
}

/** Sets the handler of each queue. The dispatcher begins in the next turn. */
function handleQueues(context: AppContext): Working {
  const { dispatcher, shared } = context;
  const planning = createPlanning(context);
  const { configurations } = planning;
  const reporting = createReporting(context, configurations);
  const { writer } = reporting;
  const notifying = createNotifying(context, reporting.pages);
  const { notices } = notifying;
  const deploying = { planning, reporting, notices };
  const finish = createFinisher(context, deploying);
  const sharedReporter = createSharedReporter(context, reporting, finish);
  const reporter = sharedReporter ? notifyCommands(sharedReporter, dispatcher) : reporting.localReporter;
  const commands = createCommandPlanning(context, { planning, reporting });
  dispatcher.handle('plan', createDeliveryPlanner(context, planning, { reporter, commands, notices }));
  dispatcher.handle('workspace', createWorkspaceReconciler(context, deploying, reporter));
  dispatcher.handle('pipelines', createPipelineWatcher(context, deploying, reporter));
  dispatcher.handle('project', createProjectChecker(context, planning, reporter));
  dispatcher.handle('required', createRequiredChecker(context, reporter));
  if (shared && sharedReporter) {
    dispatcher.handle('log', (id) => sharedReporter.handOver(id));
    dispatcher.handle('writer', (key) => sharedReporter.write(Number(key)));
    shared.local.handle('log', (id) => sharedReporter.readLog(id));
  } else dispatcher.handle('log', finish);
  dispatcher.handle('command', createConversations(context, reporting));
  dispatcher.handle('comment', createFailureComments(context, reporting));
  dispatcher.handle('setup', createSetup(context, planning));
  dispatcher.handle('issue', createFailureIssues(context, reporting, configurations));
  dispatcher.handle('notification', notifying.send);
  dispatcher.handle('environment', createGitHubDeployments(context, reporting, configurations));
  const recovery = startRecovery(context, {
    planning,
    reporting,
    reporter,
    resumeWriter: (installationId) => (sharedReporter ?? writer).resume(installationId),
  });
  return { recovery, notifying, stopWriting: () => writer.stop() };
}
