import type { EmitterWebhookEvent } from '@octokit/webhooks';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Configuration } from '../config/environment.ts';
import { createOctokitSource } from '../github/octokit.ts';
import { createApp } from '../index.ts';
import { guardWebhooks } from '../intake/guard-webhooks.ts';
import type { Redactor } from '../logs/redact.ts';
import { AccountRegistry } from '../meltano/account-registry.ts';
import { createOwnerReader } from '../planning/know-owners.ts';
import { watchBacklog } from '../web/backlog-metrics.ts';
import { createHomePage } from '../web/home-page.ts';
import { createMetrics } from '../web/metrics.ts';
import { createOperationsHandler } from '../web/operations-handler.ts';
import { createServer, keepConnections, loadProbot, startListening } from './create-server.ts';
import { layFoundation } from './foundation.ts';
import { openBackend } from './open-backend.ts';
import { reloadTenants } from './reload-tenants.ts';
import { startWork, type Work } from './start-work.ts';
import { watchClock } from './watch-clock.ts';

export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Resolves once the work on what it is told has begun; rejects when it can't. */
  readonly started: Promise<void>;
  /** Reads the operator's file again, if there is one. */
  reload(): void;
  /** Takes no more work, waits for what is under way and closes the database. */
  stop(): Promise<void>;
  /** For a process that ends although its stop didn't: other instances may have its work at once. */
  abandon(): Promise<void>;
}

/** Builds the adapters and serves; then it goes on with what an earlier process left unfinished. */
export async function startService(
  configuration: Configuration,
  log: Logger,
  redactor: Redactor,
): Promise<Service> {
  const metrics = createMetrics();
  const backend = await openBackend(configuration, log, metrics);
  const foundation = layFoundation({ configuration, log, redactor, metrics }, backend);
  const { stores, dispatcher, shared, dependencies, clock, budgets } = foundation;
  const { meltano, tenants, proxy } = configuration;
  const accounts = new AccountRegistry(
    { meltano, adoptJobs: configuration.adoptJobs, tenants: tenants?.accounts ?? [], proxy },
    {
      clock,
      log,
      onToken: redactor.learnToken,
      onRequest: metrics.requestToMeltano,
      onCall: (answered) => dependencies.note('meltano', answered),
      onCircuit: (account, openSince) => {
        dependencies.noteCircuit(account, openSince);
        metrics.circuit(account, openSince !== null);
      },
      onRetired: (account) => {
        dependencies.noteCircuit(account, null);
        metrics.forgetCircuit(account);
      },
      redact: async (text) => {
        const { lines } = await redactor.forLog().redactLines([text]);
        return lines.join(' ');
      },
    },
  );
  const knowOwner = createOwnerReader({
    store: stores,
    clock,
    listNamed: () => [...(configuration.allowedAccounts ?? []), ...accounts.named],
  });
  watchBacklog(metrics.registry, stores, clock);
  const clockWatch = watchClock(clock, log);
  const server = createServer(foundation);
  const octokit = createOctokitSource({
    clock,
    budgets,
    onRateLimit: (installationId, limit) => {
      budgets.note(installationId, limit, clock.elapsed());
      metrics.rateLimit(installationId, limit.remaining);
    },
    onHold: (installationId, waitMs) => {
      stores.saveGitHubHold(installationId, clock.now() + waitMs).catch(() => {
        // The store is away: this process knows it all the same.
      });
    },
    onRequest: metrics.requestToGitHub,
  });

  let isStopping = false;
  let workingSince: number | null = null;
  const { promise: work, resolve: begin } = Promise.withResolvers<Work>();
  server.addHandler(
    createOperationsHandler({
      pingDatabase: () => sql`select 1`.execute(backend.db),
      health: stores,
      clock,
      workingSince: () => workingSince,
      dependencies,
      metrics: metrics.registry,
    }),
  );
  server.addHandler(createHomePage());
  const probot = await loadProbot(server);
  octokit.connect(probot);
  createApp({
    dispatcher,
    clock,
    log,
    deliveries: stores,
    onDelivery: metrics.delivery,
    keepsPushes: async (owner) => accounts.forOwner(await knowOwner(owner))?.keepsPushes ?? false,
    onInstallation: (installationId) =>
      void work.then(({ onInstallation }) => onInstallation(installationId)),
  })(probot);
  const httpServer = await startListening(server);
  keepConnections(httpServer, configuration.server.keepAliveSeconds);
  guardWebhooks(httpServer, {
    log,
    path: configuration.server.webhookPath,
    secret: configuration.github.webhookSecret,
    receive: (delivery) => probot.webhooks.receive(delivery as EmitterWebhookEvent),
    onFailure: () => void work.then(({ onFailedDelivery }) => onFailedDelivery()),
  });
  begin(startWork(foundation, { octokit, accounts, knowOwner }));
  const started = work.then(() => {
    if (!isStopping) workingSince = clock.elapsed();
  });

  return {
    url: `http://${server.host}:${server.port}`,
    started,
    reload() {
      if (tenants) reloadTenants({ source: tenants.source, accounts, redactor, log });
    },
    abandon: async () => shared?.abandon(),
    async stop() {
      isStopping = true;
      workingSince = null;
      clockWatch.stop();
      await server.stop();
      const { stopWriting } = await work;
      if (shared) {
        // Before others may take the leases: nothing of what is under way may come after what they write.
        await Promise.all([shared.local.stop(), stopWriting()]);
      }
      await dispatcher.stop();
      await stopWriting();
      await accounts.destroy();
      await backend.close();
    },
  };
}
