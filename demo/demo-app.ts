import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../sandbox/http/find-free-port.ts';

const PROGRAM = join(import.meta.dirname, '../bin/meltano-deploy.mjs');
/** The app stops within 8 s after SIGTERM. */
const STOP_LIMIT_MS = 10_000;
const READY_POLL_MS = 50;

/** The app, which may be killed and started again. */
export interface DemoApp {
  readonly url: string;
  /** Resolves with the reason when a process ends unexpectedly. */
  readonly ended: Promise<string>;
  /** `kill -9`. Waits until the process is gone. */
  kill(): Promise<void>;
  /** Starts the app again with the same data and address, and waits until it is ready. */
  startAgain(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export async function startDemoApp(input: DemoAppInput): Promise<DemoApp> {
  const { promise: ended, resolve: tellEnd } = Promise.withResolvers<string>();
  const expected = new WeakSet<AppProcess>();
  const start = async (port?: number) => {
    const started = await startAppProcess(port === undefined ? input : { ...input, port });
    void started.ended.then((how) => expected.has(started) || tellEnd(how));
    return started;
  };
  let current = await start();
  return {
    url: current.url,
    ended,
    async kill() {
      expected.add(current);
      await current.kill();
    },
    async startAgain(signal) {
      current = await start(Number(new URL(current.url).port));
      await waitUntilReady(current, signal);
    },
    async stop() {
      expected.add(current);
      await current.stop();
    },
  };
}

interface AppProcess {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Resolves at the end of the process with `with exit code 1` or `by SIGKILL`. */
  readonly ended: Promise<string>;
  /** Sends SIGTERM, and SIGKILL if that takes too long. */
  stop(): Promise<void>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
}

export interface DemoAppInput {
  readonly environment: Readonly<Record<string, string>>;
  /** The working directory: without `.env`, and with the data below it. */
  readonly directory: string;
  readonly logFile: string;
  /** Default: a free port. */
  readonly port?: number;
}

/** Starts the real app as its own process. It inherits only the search path. */
async function startAppProcess(input: DemoAppInput): Promise<AppProcess> {
  const port = input.port ?? (await findFreePort());
  const log = openSync(input.logFile, 'a');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, 'start'], {
    cwd: input.directory,
    stdio: ['ignore', log, log],
    env: {
      ...keepVariables('PATH', 'SystemRoot'),
      ...input.environment,
      DATA_DIR: join(input.directory, 'data'),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'info',
      NO_COLOR: '1',
    },
  });
  closeSync(log);
  const kill = () => void child.kill();
  process.once('exit', kill);
  const ended = once(child, 'exit').then(([code, signal]) => {
    process.off('exit', kill);
    return signal === null ? `with exit code ${code}` : `by ${signal}`;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    ended,
    stop: () => stop(child, ended),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Polls `/readyz` until the app is ready. */
export async function waitUntilReady(app: { readonly url: string }, signal: AbortSignal): Promise<void> {
  for (;;) {
    const status = await fetch(`${app.url}/readyz`, { signal }).then(
      (answer) => answer.status,
      () => null,
    );
    if (status === 200) return;
    await sleep(READY_POLL_MS, undefined, { signal });
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}

function keepVariables(...names: string[]): Record<string, string> {
  const kept = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
