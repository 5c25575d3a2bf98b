import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest begin first, so that the others fill the time. */
const SLOW = [
  '/acceptance/kills',
  '/acceptance/process',
  '/integration/sweeps',
  '/integration/failures',
  '/contract/postgres-store',
  '/unit/logs/hostile-log',
  '/unit/logs/redact',
  '/acceptance/',
  '/integration/',
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = SLOW.findIndex((folder) => moduleId.includes(folder));
      return found < 0 ? SLOW.length : found;
    };
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/keep-files-in-memory.ts',
    pool: 'forks',
    // Modules are loaded once a worker, not once a file: that was half of the time. So a test leaves no global changed.
    isolate: false,
    // Most of the time the tests wait for processes and timers, not for a core.
    maxWorkers: 9,
    sequence: { sequencer: SlowestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: ['default'],
  },
});
