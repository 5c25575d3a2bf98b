import { describe, expect, test } from 'vitest';
import {
  type CommitRun,
  describeProjectRun,
  type NewCommitRun,
  type ProjectResult,
} from '../../src/domain/commit-run.ts';
import type { StoredConfiguration } from '../../src/domain/configuration-in-use.ts';
import type { PlannedDeployment } from '../../src/domain/deployment.ts';
import { DEFAULT_CONFIGURATION } from '../../src/domain/repository-configuration.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });

const STORED: StoredConfiguration = {
  branch: 'main',
  sha: 'a',
  pushedAt: 1_700_000_000_000,
  content: 'x',
  wasHeld: true,
  isUnnamed: true,
  good: { configuration: DEFAULT_CONFIGURATION, source: { file: '.github/meltano-deploy.yml', sha: 'a' } },
  bad: {
    file: '.github/meltano-deploy.yml',
    sha: 'b',
    text: 'deploy: 1\n',
    gate: true,
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
      const next = {
        ...STORED,
        sha: 'c',
        content: null,
        good: null,
        bad: null,
        wasHeld: false,
        isUnnamed: false,
      };
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

      const project = describeProjectRun({ repository: REPOSITORY, sha: 'a', createdAt: 5 }, [
        {
          workspaceId: 'w',
          workspaceName: 'W',
          directory: '',
          from: null,
          since: 'before',
          blocks: true,
        },
      ]);
      const result: ProjectResult = {
        conclusion: 'failure',
        title: 'a.yml:1: no',
        summary: '',
        annotations: [],
        errors: [{ workspaceId: 'w', first: 'a.yml:1: no', count: 1, since: null }],
        unread: null,
      };

      async function commitProject(deliveryId: string, deployments: readonly PlannedDeployment[] = []) {
        const event = { kind: 'push', repository: REPOSITORY } as never;
        await stores.record({ id: deliveryId, name: 'push', receivedAt: 1, event });
        const plan = { deliveryId, outcome: 'push', commitRuns: [project], now: 1 } as const;
        await stores.commitPlan({ ...plan, deployments });
        return (await stores.getCommitRun(project.id)) ?? { ...project, state: null };
      }

      test('of projects name the workspaces whose start waits for them', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const gates = [{ kind: 'project', passed: null }] as const;
        const here = { repositoryId: REPOSITORY.id, sha: 'a', deliveryId: 'first', gates };
        const waiting = buildPlanned({ ...here, workspaceId: 'w' });
        await commitProject('first', [
          waiting,
          buildPlanned({ ...here, workspaceId: 'skipped', conclusion: 'none' }),
          buildPlanned({ ...here, workspaceId: 'later', sha: 'b' }),
          buildPlanned({ ...here, workspaceId: 'elsewhere', repositoryId: 7 }),
        ]);
        expect(await stores.getDeployment(waiting.id)).toMatchObject({ gates });
        const { account } = waiting;
        expect(await stores.listWaitingStarts(project)).toEqual([{ account, workspaceId: 'w' }]);
        const passed = [{ ...gates[0], passed: { how: 'forced' as const, why: 'a.yml:1: no' } }];
        await stores.saveDeployment(waiting.id, { state: 'starting', gates: passed });
        expect(await stores.getDeployment(waiting.id)).toMatchObject({ gates: passed, revision: 2 });
        expect(await stores.listWaitingStarts(project)).toEqual([]);
      });

      test('of other Apps name the workspaces whose start waits for them, by the commit that is judged', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const wanted = [{ name: 'test', app: null, accept: [] }];
        const gates = [{ kind: 'checks', wanted, timeoutMinutes: 60, passed: null }] as const;
        const here = { repositoryId: REPOSITORY.id, sha: 'a', deliveryId: 'first', gates };
        const moved = buildPlanned({ ...here, workspaceId: 'moved' });
        const started = buildPlanned({ ...here, workspaceId: 'started' });
        await commitProject('first', [
          buildPlanned({ ...here, workspaceId: 'w' }),
          moved,
          started,
          buildPlanned({ ...here, workspaceId: 'ungated', gates: [] }),
          buildPlanned({ ...here, workspaceId: 'elsewhere', repositoryId: 7 }),
        ]);
        await stores.saveDeployment(moved.id, { gateSha: 'b' });
        await stores.saveDeployment(started.id, { state: 'starting' });
        const awaited = await stores.listAwaitedCommits([REPOSITORY.id]);
        expect(awaited.map(({ workspaceId, sha }) => [workspaceId, sha]).toSorted()).toEqual([
          ['moved', 'b'],
          ['w', 'a'],
        ]);
        expect(await stores.listAwaitedCommits([])).toEqual([]);
      });

      test('of projects are repeated for the same comparison only if they could not be read', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const first = await commitProject('first');
        await stores.concludeProjectRun(first as CommitRun, result);
        expect((await commitProject('second')).state).toBe('concluded');
        const unread = { ...result, errors: [], unread: 'GitHub was not available' };
        await stores.saveReport(project.id, { checkRunId: 77 });
        const event = { kind: 'rerun', repository: REPOSITORY } as never;
        await stores.record({ id: 'rerun', name: 'check_run', receivedAt: 1, event });
        const rerun = {
          deliveryId: 'rerun',
          outcome: 'configuration_rerun',
          deployments: [],
          now: 1,
        } as const;
        await stores.commitPlan({ ...rerun, rewrittenRuns: [project.id] });
        await stores.concludeProjectRun((await stores.getCommitRun(project.id)) as CommitRun, unread);
        expect((await commitProject('third')).state).toBe('waiting');
      });

      test('of projects are stored before the rest of a plan, and dropped; a repetition changes nothing', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const pull = describeProjectRun({ repository: REPOSITORY, sha: 'a', createdAt: 5 }, [
          { workspaceId: 'w', workspaceName: 'W', directory: '', from: 'b', since: 5, blocks: false },
        ]);
        const checks = { commitRuns: [pull], leftComparisons: [] };
        await stores.commitChecks(checks);
        await stores.concludeProjectRun((await stores.getCommitRun(pull.id)) as CommitRun, result);
        await stores.commitChecks(checks);
        expect(await stores.getCommitRun(pull.id)).toMatchObject({ state: 'concluded', sha: 'a' });
        const left = { commitRuns: [], leftComparisons: [{ runId: pull.id, pullRequest: 5 }] };
        await stores.commitChecks(left);
        expect(await stores.getCommitRun(pull.id)).toMatchObject({
          state: 'waiting',
          verdict: { comparisons: [] },
        });
      });

      test('of projects come with a deployment of a lost database, once, and are looked for on GitHub', async () => {
        await stores.learnRepository(REPOSITORY, null, 1);
        const planned = buildPlanned({ repositoryId: REPOSITORY.id, sha: 'a', receivedAt: 40 });
        const found = {
          state: 'starting',
          checkRunId: 7,
          checkRunUrl: null,
          startSince: 50,
          attemptedAt: 40,
          attemptOutcome: 'lost',
          knownJobIds: [],
          jobId: null,
          acceptedAt: null,
        } as const;
        expect(await stores.adopt(planned, found, [project])).toBe(true);
        expect(await stores.getCommitRun(project.id)).toMatchObject({
          state: 'waiting',
          checkRunAttemptedAt: 40,
        });
        const other = describeProjectRun({ repository: REPOSITORY, sha: 'b', createdAt: 5 }, []);
        expect(await stores.adopt(planned, found, [other])).toBe(false);
        expect(await stores.getCommitRun(other.id)).toBeNull();
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
