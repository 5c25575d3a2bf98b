import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Not in the system's temporary folder, which may be in memory: syncs to disk must be real. */
const FOLDERS = join(import.meta.dirname, '../results');

/** Undoes steps at the end of a benchmark, the last one first. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Creates a temporary folder. */
  folder(): string {
    mkdirSync(FOLDERS, { recursive: true });
    const path = mkdtempSync(join(FOLDERS, 'tmp-'));
    this.add(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

const open = new Set<Cleanup>();

/** Runs `work` and cleans up after it. */
export async function withCleanup<T>(work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const cleanup = new Cleanup();
  open.add(cleanup);
  try {
    return await work(cleanup);
  } finally {
    await cleanup.run();
    open.delete(cleanup);
  }
}

/** Cleans up after all benchmarks, for an interrupted run. */
export async function cleanUpAll(): Promise<void> {
  for (const cleanup of open) await cleanup.run();
}
