import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckStatus, SandboxCheckRun } from '../../sandbox/github/check-model.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

const LOOK_MS = 20;
const LIMIT_MS = 300_000;

/** When the check runs of a commit first had each status, in milliseconds of `performance.now()`. */
export class CheckRunWatch {
  readonly #seen = new Map<string, number>();
  readonly #stop: () => void;

  /** Calls `onWrite` for every create and update. */
  constructor({ github }: Sandbox, onWrite: (run: SandboxCheckRun) => void = () => undefined) {
    this.#stop = github.checks.listen((run) => {
      const key = `${run.headSha} ${run.name}`;
      const at = performance.now();
      for (const name of ['any', run.status]) {
        if (!this.#seen.has(`${key} ${name}`)) this.#seen.set(`${key} ${name}`, at);
      }
      onWrite(run);
    });
  }

  /** When the run first had the status. `any`: when it was created. */
  at(sha: string, name: string, status: CheckStatus | 'any'): number | undefined {
    return this.#seen.get(`${sha} ${name} ${status}`);
  }

  stop(): void {
    this.#stop();
  }
}

/** Waits until `read` returns a value for each item. Throws after five minutes. */
export async function waitForAll<T, V>(items: readonly T[], read: (item: T) => V | undefined): Promise<V[]> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const values = items.map(read);
    const known = values.filter((value) => value !== undefined);
    if (known.length === items.length) return known;
    if (performance.now() > deadline) {
      throw new Error(`Only ${known.length} of ${items.length} were seen within ${LIMIT_MS / 1000} s.`);
    }
    await sleep(LOOK_MS);
  }
}
