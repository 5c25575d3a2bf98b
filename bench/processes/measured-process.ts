import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const TELL_USAGE = pathToFileURL(`${import.meta.dirname}/tell-usage.mjs`).href;
const ASK_MS = 5;
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
/** Limit for one request, so that a benchmark always ends. */
const ANSWER_LIMIT_MS = 600_000;
/** Characters of error output that are kept for a failure message. */
const KEPT_OUTPUT = 4_000;

export interface Usage {
  /** Resident memory and the JavaScript heap in bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
}

export interface MeasuredProcessOptions {
  readonly script: string;
  /** The script starts Node itself. */
  readonly startsNode?: boolean;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A Node process that reports its usage. It inherits only the search path. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #spawnedAt = performance.now();
  readonly #exited: Promise<unknown>;
  #errors = '';

  constructor({ script, startsNode = false, args = [], nodeArgs = [], env, cwd }: MeasuredProcessOptions) {
    const { PATH = '', HOME = '' } = process.env;
    const [program, words] = startsNode ? [script, args] : [process.execPath, [...nodeArgs, script, ...args]];
    const own = {
      PATH: `${dirname(process.execPath)}:${PATH}`,
      HOME,
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${TELL_USAGE}`,
    };
    this.#child = spawn(program, words, {
      env: { ...own, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...(cwd ? { cwd } : {}),
    });
    this.#exited = once(this.#child, 'close');
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk).slice(-KEPT_OUTPUT);
    });
  }

  /** Waits until `url` answers with one of `statuses`. Returns the milliseconds since the process was spawned. */
  async ready(url: string, statuses: readonly number[]): Promise<number> {
    while (performance.now() - this.#spawnedAt < START_LIMIT_MS) {
      if (this.#child.exitCode !== null) break;
      const response = await fetch(url).catch(() => null);
      await response?.arrayBuffer();
      if (response && statuses.includes(response.status)) return performance.now() - this.#spawnedAt;
      await sleep(ASK_MS);
    }
    throw new Error(`The measured process is not ready at ${url}.\n${this.#errors}`);
  }

  async usage(): Promise<Usage> {
    return this.ask<{ usage: Usage }>('usage', 'usage').then(({ usage }) => usage);
  }

  /** Sends a message and waits for the answer that has the field. */
  async ask<T extends object>(message: string | object, field: keyof T & string): Promise<T> {
    const answer = new Promise<T>((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error('The measured process does not answer.')),
        ANSWER_LIMIT_MS,
      );
      const listen = (received: unknown) => {
        if (!isAnswer<T>(received, field)) return;
        this.#child.off('message', listen);
        clearTimeout(limit);
        resolve(received);
      };
      this.#child.on('message', listen);
      void this.#exited.then(() => {
        clearTimeout(limit);
        reject(new Error(`The measured process ended.\n${this.#errors}`));
      });
    });
    this.#child.send(message);
    return answer;
  }

  async stop(): Promise<void> {
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(limit);
  }
}

function isAnswer<T extends object>(received: unknown, field: string): received is T {
  return typeof received === 'object' && received !== null && field in received;
}
