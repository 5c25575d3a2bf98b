import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { run, Server } from 'probot';
import type { SmeeClient } from 'smee-client';
import { type Service, startApp } from './app.ts';
import { createLogger } from './config/create-logger.ts';
import { type Configuration, readEnvironment } from './config/environment.ts';
import { findProjectFolder } from './config/find-project-folder.ts';
import { listSecrets } from './config/list-secrets.ts';
import { loadEnvFile } from './config/load-env-file.ts';
import { readProxy, routeFetch } from './config/outgoing-proxy.ts';
import { prepareSetUp } from './config/prepare-set-up.ts';
import { createRedactor } from './logs/redact.ts';
import { guardSetUpPage } from './web/guard-set-up-page.ts';

/** A stop takes at most this long (milliseconds). Interrupted work goes on at the next start. */
const STOP_LIMIT_MS = 6_000;
/** After that, giving up the leases takes at most this long (milliseconds). */
const ABANDON_LIMIT_MS = 1_000;

/** Starts the app as the environment says, and stops it on SIGTERM and SIGINT. */
export async function main(): Promise<void> {
  try {
    loadEnvFile(process.env);
  } catch (error) {
    console.error(`Meltano Deploy can't start: ${(error as Error).message}`);
    process.exitCode = 1;
    return;
  }
  routeFetch(readProxy(process.env).proxy);
  const environment = readEnvironment(process.env);
  if (environment.ok) return serve(environment.configuration);
  if (environment.kind === 'not set up') return openSetUp();
  const list = environment.problems.map((problem) => `  - ${problem}`).join('\n');
  console.error(
    `Meltano Deploy can't start. Correct this in the environment, in .env or in the named file:\n${list}`,
  );
  process.exitCode = 1;
}

/** Probot's page that registers the GitHub App from app.yml and writes .env. */
async function openSetUp(): Promise<void> {
  if (!existsSync('app.yml')) {
    // Without it Probot would register an App without permissions and events.
    const manifest = join(findProjectFolder(), 'app.yml');
    console.error(
      `APP_ID is not set. To register the GitHub App, copy its manifest here and start again: cp ${manifest} .\n` +
        'If you have an App already, "meltano-deploy doctor" says what is missing.',
    );
    process.exitCode = 1;
    return;
  }
  const problem = prepareSetUp(process.env);
  if (problem) {
    console.error(problem);
    process.exitCode = 1;
    return;
  }
  // .env holds the App's secrets, and Probot doesn't restrict its mode.
  process.umask(0o077);
  if (existsSync('.env')) chmodSync('.env', 0o600);
  guardProbotServer(process.env['HOST'] ?? 'localhost');
  await run(() => undefined, { env: process.env, SmeeClient: await loadSmeeClient() });
}

/** Guards the set-up page's server. Probot's `run` creates it and doesn't return it, so this patches `Server`. */
function guardProbotServer(listensOn: string): void {
  const { start } = Server.prototype;
  Server.prototype.start = async function startGuarded() {
    const server = await start.call(this);
    guardSetUpPage(server, listensOn);
    return server;
  };
}

async function serve(configuration: Configuration): Promise<void> {
  const redactor = createRedactor({ secrets: listSecrets(configuration) });
  const log = await createLogger(configuration.log, redactor.redactLogLine);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'Unhandled rejection'));
  if (configuration.usesFormerName) log.warn('TENANTS_FILE is now called ACCOUNTS_FILE: rename the variable');
  try {
    const service = await startApp(configuration, log, redactor);
    const proxy = await startProxy(configuration, service, log);
    // Without an accounts file, SIGHUP ends the process, which is Node's default.
    if (configuration.accountsFile) process.on('SIGHUP', () => service.reload());
    stopOnSignals(log, {
      async stop() {
        await proxy?.stop();
        await service.stop();
      },
      abandon: () => service.abandon(),
    });
    await service.started;
  } catch (error) {
    log.debug({ err: error }, 'The start failed');
    console.error(`Meltano Deploy can't start: ${(error as Error).message}`);
    process.exit(1);
  }
}

/** Receives deliveries through a smee.io channel, for local development. */
async function startProxy(
  { server }: Configuration,
  service: Service,
  log: Logger,
): Promise<SmeeClient | null> {
  if (!server.webhookProxyUrl) return null;
  const target = service.url + server.webhookPath;
  const Client = await loadSmeeClient();
  const proxy = new Client({ source: server.webhookProxyUrl, target, logger: log });
  await proxy.start();
  return proxy;
}

/** Loaded only when needed: it brings its own HTTP client, and only development uses it. */
async function loadSmeeClient(): Promise<typeof SmeeClient> {
  const loaded = await import('smee-client');
  return loaded.SmeeClient;
}

interface Stoppable {
  stop(): Promise<void>;
  abandon(): Promise<void>;
}

function stopOnSignals(log: Logger, { stop, abandon }: Stoppable): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'Stopping');
    const limit = setTimeout(() => {
      log.warn('Some requests did not end in time: they continue after the next start');
      void Promise.race([abandon(), sleep(ABANDON_LIMIT_MS)]).finally(() => process.exit(0));
    }, STOP_LIMIT_MS);
    stop().then(
      () => {
        clearTimeout(limit);
        log.info('Stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'The stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

if (import.meta.main) await main();
