import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../sandbox/http/find-free-port.ts';

const PROGRAM = join(import.meta.dirname, '../bin/meltano-deploy.mjs');
/** The app stops within 8 s of a SIGTERM. */
const STOP_LIMIT_MS = 10_000;
const READY_POLL_MS = 50;

/** The app between the simulated services, in one process after the other. */
export interface DemoApp {
  readonly url: string;
  /** Resolves when a process has ended that nobody ended here, with how. */
  readonly ended: Promise<string>;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** The same command once more, over the same data and at the same address; resolves when it is ready. */
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
  /** Resolves when it has ended, with how: `with exit code 1`, `by SIGKILL`. */
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
  /** SIGKILL at once; resolves when it has ended. */
  kill(): Promise<void>;
}

export interface DemoAppInput {
  readonly environment: Readonly<Record<string, string>>;
  /** Its working directory, where no `.env` is; it keeps its data below it. */
  readonly directory: string;
  readonly logFile: string;
  /** A free one when absent. */
  readonly port?: number;
}

/** Starts the real app as a process of its own, with nothing of this process's environment but the search path. */
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

/** Resolves when the app says that it is ready. */
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
