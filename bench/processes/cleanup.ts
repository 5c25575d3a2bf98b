import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the results, not in the system's temporary folder, which may be in memory: a sync to disk shall cost what it costs. */
const FOLDERS = join(import.meta.dirname, '../results');

/** What has to be undone when a benchmark ends, however it ends: the last first. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** A folder that is gone afterwards. */
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

/** Of what is under way. */
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

/** For a run that is broken off: no process of it stays, and no folder. */
export async function cleanUpAll(): Promise<void> {
  for (const cleanup of open) await cleanup.run();
}
