import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { Probot, Server } from 'probot';
import type { Configuration } from './config/environment.ts';
import { createInProcessDispatcher } from './dispatch/in-process-dispatcher.ts';
import type { Clock, Dispatcher, Reporter } from './domain/ports.ts';
import { normalizeHost } from './domain/repository-url.ts';
import { CheckRunWriter } from './github/check-run-writer.ts';
import { createCheckRunApi } from './github/check-runs.ts';
import { createCommitComparer } from './github/compare-commits.ts';
import { createOctokitSource, createTimedFetch, type GetOctokit, QuietOctokit } from './github/octokit.ts';
import { createApp } from './index.ts';
import { createMeltanoDispatcher } from './meltano/dispatcher.ts';
import { createEnvironmentAccounts } from './meltano/environment-account.ts';
import { createReportFinisher } from './reconcile/finish-report.ts';
import { LogBook } from './reconcile/log-book.ts';
import { createPlanner } from './reconcile/plan-deliveries.ts';
import type { ReconcileContext } from './reconcile/reconcile-context.ts';
import { createReconciler } from './reconcile/reconcile-workspace.ts';
import { wakeUnfinished } from './reconcile/wake-unfinished.ts';
import { hideOwnSecrets } from './report/hide-own-secrets.ts';
import { createLogExcerptBuilder } from './report/log-excerpt-builder.ts';
import { nameCheckRun } from './report/name-check-run.ts';
import { createRedactor, type Redactor } from './report/redact.ts';
import { renderCheckRun } from './report/render-check-run.ts';
import { createStores, type Stores } from './store/create-stores.ts';
import { openSqlite } from './store/sqlite.ts';
import { DependencyStates } from './web/dependency-states.ts';
import { createMetrics } from './web/metrics.ts';
import { createOperationsHandler } from './web/operations-handler.ts';

export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no more work, waits for what is under way and closes the database. */
  stop(): Promise<void>;
}

/** What every part of one process shares. */
interface Foundation {
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly dispatcher: Dispatcher;
  readonly redactor: Redactor;
  readonly dependencies: DependencyStates;
  readonly metrics: ReturnType<typeof createMetrics>;
}

/** Builds the adapters, wakes up what an earlier process left unfinished, and serves. */
export async function startService(configuration: Configuration, log: Logger): Promise<Service> {
  const database = await openSqlite(configuration.dataDirectory);
  const foundation = lay(configuration, log, createStores(database.db));
  const { stores, dispatcher, dependencies, metrics, clock } = foundation;
  const connections = createMeltanoDispatcher();
  const server = createServer(foundation);
  const octokit = createOctokitSource();
  const { writer, logs } = createReporting(foundation, octokit.get);
  handleQueues(foundation, { connections, getOctokit: octokit.get, reporter: writer, logs });

  let working = false;
  server.addHandler(
    createOperationsHandler({
      pingDatabase: () => sql`select 1`.execute(database.db),
      isWorking: () => working,
      dependencies,
      metrics: metrics.registry,
    }),
  );
  await server.load((probot) => {
    octokit.connect(probot);
    createApp({ ...{ dispatcher, clock, log }, deliveries: stores, onDelivery: metrics.delivery })(probot);
  });
  await wakeUnfinished({ deliveries: stores, store: stores, dispatcher, reporter: writer });
  working = true;
  await server.start();

  return {
    url: `http://${server.host}:${server.port}`,
    async stop() {
      working = false;
      await server.stop();
      await dispatcher.stop();
      await writer.stop();
      await connections.destroy();
      await database.close();
    },
  };
}

function lay(configuration: Configuration, log: Logger, stores: Stores): Foundation {
  const clock: Clock = { now: () => Date.now() };
  return {
    ...{ configuration, log, clock, stores },
    dispatcher: createInProcessDispatcher({
      onError: (error, queue, key) => log.error({ err: error, queue, key }, 'A step failed: trying again'),
    }),
    redactor: createRedactor({ secrets: listSecrets(configuration) }),
    dependencies: new DependencyStates(clock),
    metrics: createMetrics(),
  };
}

function listSecrets({ github, meltano }: Configuration): string[] {
  const { credentials } = meltano;
  const own = credentials.kind === 'token' ? credentials.token : credentials.clientSecret;
  return [github.privateKey, github.webhookSecret, own];
}

function createServer({ configuration, log, dependencies }: Foundation): Server {
  const { github, server } = configuration;
  return new Server({
    Probot: Probot.defaults({
      appId: github.appId,
      privateKey: github.privateKey,
      secret: github.webhookSecret,
      baseUrl: github.apiUrl,
      Octokit: QuietOctokit,
    }),
    request: {
      fetch: createTimedFetch((status) => dependencies.note('github', status !== null && status < 500)),
    },
    ...{ log, host: server.host, port: server.port, webhookPath: server.webhookPath },
    enableStaticFiles: false,
  });
}

function createReporting(
  { configuration, stores, redactor, clock, log }: Foundation,
  getOctokit: GetOctokit,
): { writer: CheckRunWriter; logs: LogBook } {
  const logs = new LogBook(() => createLogExcerptBuilder(redactor));
  const pages = new URL(configuration.meltano.apiUrl).origin;
  const writer = new CheckRunWriter({
    api: createCheckRunApi({ getOctokit, appId: configuration.github.appId, now: clock.now }),
    ...{ store: stores, repositories: stores, logs, clock, log, random: Math.random },
    render: (view) => hideOwnSecrets(renderCheckRun(view), redactor),
    pages: {
      githubUrl: configuration.github.webUrl,
      workspaceUrl: (deployment) => `${pages}/workspaces/${deployment.workspaceId}`,
    },
    limits: configuration,
  });
  return { writer, logs };
}

interface QueuePorts {
  readonly connections: ReturnType<typeof createMeltanoDispatcher>;
  readonly getOctokit: GetOctokit;
  readonly reporter: Reporter;
  readonly logs: LogBook;
}

function handleQueues(foundation: Foundation, { connections, getOctokit, reporter, logs }: QueuePorts): void {
  const { configuration, log, clock, stores, dispatcher, dependencies, metrics } = foundation;
  const comparer = createCommitComparer(getOctokit, sleep);
  const accounts = createEnvironmentAccounts({
    ...{ meltano: configuration.meltano, dispatcher: connections, clock, log },
    onCall: (answered) => dependencies.note('meltano', answered),
  });
  const shared = {
    ...{ repositories: stores, accounts, dispatcher, reporter, clock, log, random: Math.random },
    githubHost: normalizeHost(configuration.github.host),
    onConcluded: metrics.concluded,
  };
  const context: ReconcileContext = {
    ...shared,
    ...{ store: stores, comparer, logs },
    limits: {
      startMs: configuration.startTimeoutMinutes * 60_000,
      deployMs: configuration.deployTimeoutMinutes * 60_000,
      poll: configuration.poll,
    },
  };
  const planning = { comparer, store: stores, newId: randomUUID, nameCheckRun };
  const { allowedAccounts } = configuration;
  dispatcher.handle(
    'plan',
    createPlanner({ ...shared, deliveries: stores, plans: stores, planning, allowedAccounts }),
  );
  dispatcher.handle('workspace', createReconciler(context));
  dispatcher.handle('log', createReportFinisher(context, stores));
}
