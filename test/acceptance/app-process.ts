import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../sandbox/http/find-free-port.ts';

const SERVE = join(import.meta.dirname, '../../bin/serve');
/** How often a process that starts is asked whether it is ready (milliseconds). */
const ASK_MS = 20;

/** The app as operators run it: a process of its own, started from the command line. */
export class AppProcess {
  readonly #child: ChildProcess;
  /** Everything that it printed. */
  output = '';
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly url: string;

  constructor(options: { env: Record<string, string>; cwd: string; command?: string }) {
    const { PATH = '', HOME = '' } = process.env;
    const { NODE_OPTIONS = '', ...env } = options.env;
    const own = {
      // The same Node as this one.
      PATH: `${dirname(process.execPath)}:${PATH}`,
      HOME,
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning ${NODE_OPTIONS}`,
    };
    this.#child = spawn(SERVE, [options.command ?? 'start'], {
      cwd: options.cwd,
      env: { ...own, ...env },
    });
    this.#child.stdout?.on('data', (chunk) => {
      this.output += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.output += chunk;
    });
    this.exited = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    this.url = `http://127.0.0.1:${options.env['PORT']}`;
  }

  /** Waits until it is ready to serve; fails with what it printed when it ends before. */
  async ready(): Promise<void> {
    await this.#until(async () => {
      const response = await fetch(`${this.url}/readyz`).catch(() => null);
      return response?.status === 200;
    });
  }

  async printed(text: string): Promise<void> {
    await this.#until(async () => this.output.includes(text));
  }

  async #until(holds: () => Promise<boolean>): Promise<void> {
    let ended = false;
    void this.exited.then(() => {
      ended = true;
    });
    while (!(await holds())) {
      if (ended) throw new Error(`The app ended too early:\n${this.output}`);
      await sleep(ASK_MS);
    }
  }

  /** Pauses it until `resume`. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }
  resume(): void {
    this.#child.kill('SIGCONT');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.#child.kill(signal);
    return this.exited;
  }
}

/** The environment of an app against the sandbox: on a free port, with short polls, without sweeps. */
export async function makeEnvironment(sandbox: {
  readonly appEnvironment: () => Record<string, string>;
}): Promise<Record<string, string> & { readonly PORT: string }> {
  return {
    ...sandbox.appEnvironment(),
    HOST: '127.0.0.1',
    PORT: String(await findFreePort()),
    POLL_MIN_MS: '100',
    POLL_MAX_MS: '200',
    LOG_FORMAT: 'json',
    // A sweep would ask GitHub at once.
    SWEEP_MINUTES: '0',
  };
}
