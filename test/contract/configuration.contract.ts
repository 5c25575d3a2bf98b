import { describe, expect, test } from 'vitest';
import type { NewCommitRun } from '../../src/domain/commit-run.ts';
import type { StoredConfiguration } from '../../src/domain/configuration-in-use.ts';
import { DEFAULT_CONFIGURATION } from '../../src/domain/repository-configuration.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });

const STORED: StoredConfiguration = {
  branch: 'main',
  sha: 'a',
  pushedAt: 1_700_000_000_000,
  content: 'x',
  wasHeld: true,
  good: { configuration: DEFAULT_CONFIGURATION, source: { file: '.github/meltano-deploy.yml', sha: 'a' } },
  bad: {
    file: '.github/meltano-deploy.yml',
    sha: 'b',
    text: 'deploy: 1\n',
    problems: [{ line: 1, column: 9, message: '„quoted“', path: 'deploy' }],
  },
};

/** What every store must do for the configuration files of repositories. */
export function describeConfigurationStore(name: string, open: () => Promise<OpenStores>): void {
  describe(`the configurations on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    test('come back as they were saved, the last one of each repository', async () => {
      expect(await stores.readConfiguration(REPOSITORY.id)).toBeNull();
      await stores.saveConfiguration(REPOSITORY.id, STORED);
      expect(await stores.readConfiguration(REPOSITORY.id)).toEqual(STORED);
      const next = { ...STORED, sha: 'c', content: null, good: null, bad: null, wasHeld: false };
      await stores.saveConfiguration(REPOSITORY.id, next);
      expect(await stores.readConfiguration(REPOSITORY.id)).toEqual(next);
      expect(await stores.readConfiguration(7)).toBeNull();
    });

    describe('and their check runs', () => {
      const run: NewCommitRun = {
        id: 'configuration:9007199254:a:1',
        repositoryId: REPOSITORY.id,
        installationId: 1,
        sha: 'a',
        verdict: { kind: 'good', file: null, workspaces: [] },
        createdAt: 5,
      };

      async function commit(deliveryId: string): Promise<void> {
        const event = { kind: 'push', repository: REPOSITORY } as never;
        await stores.record({ id: deliveryId, name: 'push', receivedAt: 1, event });
        const plan = { deliveryId, outcome: 'push', deployments: [], now: 1 } as const;
        await stores.commitPlan({ ...plan, commitRuns: [run] });
      }

      test('are stored once, and owed until they are written', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        await commit('first');
        expect(await stores.listOwedCommitRuns()).toMatchObject([{ ...run, checkRunId: null }]);
        expect(await stores.listOwedCommitRuns(1)).toHaveLength(1);
        expect(await stores.listOwedCommitRuns(2)).toEqual([]);
        await stores.saveReport(run.id, { checkRunId: 77, reportedRevision: 1 });
        await commit('second');
        expect(await stores.listOwedCommitRuns()).toEqual([]);
        expect(await stores.getCommitRun(run.id)).toMatchObject({
          checkRunId: 77,
          state: 'concluded',
        });
        expect(await stores.getCommitRun('configuration:other')).toBeNull();
      });

      test('leave once they are old and written', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        await commit('first');
        expect(await stores.removeNotes('configuration_run', 10, 10)).toBe(0);
        await stores.saveReport(run.id, { reportedRevision: 1 });
        expect(await stores.removeNotes('configuration_run', 5, 10)).toBe(0);
        expect(await stores.removeNotes('configuration_run', 6, 10)).toBe(1);
      });
    });
  });
}
