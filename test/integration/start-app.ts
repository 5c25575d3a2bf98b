import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { type Service, startApp as startService } from '../../src/app.ts';
import { describeLogger } from '../../src/config/create-logger.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { listSecrets } from '../../src/config/list-secrets.ts';
import { createRedactor } from '../../src/logs/redact.ts';

export interface RunningApp {
  readonly sandbox: Sandbox;
  readonly service: Service;
  /** The log lines so far. */
  readonly lines: Record<string, unknown>[];
  readonly dataDirectory: string;
  /** Stops the app, calls `between`, and starts the app again on the same data. */
  restart(between?: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** Differences from the sandbox's environment. */
export type Overrides = Record<string, string> | ((sandbox: Sandbox) => Record<string, string>);

/** Starts the real app in this process, with real Probot, against the sandbox. Polls are as fast as allowed. */
export async function startApp(env: Overrides = {}, options: SandboxOptions = {}): Promise<RunningApp> {
  const sandbox = await startSandbox(options);
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const lines: Record<string, unknown>[] = [];
  const variables = {
    ...sandbox.appEnvironment(),
    HOST: '127.0.0.1',
    PORT: String(await findFreePort()),
    DATA_DIR: directory,
    POLL_MIN_MS: '100',
    POLL_MAX_MS: '200',
    ...(typeof env === 'function' ? env(sandbox) : env),
  };
  let service = await serve(variables, lines);
  sandbox.github.hook.url = `${service.url}/api/github/webhooks`;
  return {
    sandbox,
    lines,
    get service() {
      return service;
    },
    dataDirectory: directory,
    async restart(between) {
      await service.stop();
      between?.();
      service = await serve(variables, lines);
      sandbox.github.hook.url = `${service.url}/api/github/webhooks`;
    },
    async stop() {
      await service.stop();
      await sandbox.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function serve(variables: Record<string, string>, lines: Record<string, unknown>[]): Promise<Service> {
  const environment = readEnvironment(variables);
  if (!environment.ok) throw new Error(`The test's environment is not valid: ${JSON.stringify(environment)}`);
  const { configuration } = environment;
  const redactor = createRedactor({ secrets: listSecrets(configuration) });
  const write = (line: string) => void lines.push(JSON.parse(line));
  const log = pino(describeLogger('debug', redactor.redactLogLine), { write });
  const service = await startService(configuration, log, redactor);
  await service.started;
  return service;
}
