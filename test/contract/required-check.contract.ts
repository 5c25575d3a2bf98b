import { beforeEach, describe, expect, test } from 'vitest';
import { type CommitRun, describeRequiredCheck } from '../../src/domain/commit-run.ts';
import type { PlannedDeployment } from '../../src/domain/deployment.ts';
import type { RequiredAsk, RequiredVerdict } from '../../src/domain/required-check.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository();
const [SHA, OLDER, OLDEST] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];

/** What every store must do for the required checks of commits. */
export function describeRequiredCheckStore(name: string, open: () => Promise<OpenStores>): void {
  describe(`the required checks on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });
    beforeEach(async () => {
      await stores.learnRepository(REPOSITORY, null, 1);
    });

    const describeRun = (asks: readonly RequiredAsk[], sha = SHA) =>
      describeRequiredCheck({ repository: REPOSITORY, sha, createdAt: 5 }, asks);

    async function deliver(id: string): Promise<void> {
      await stores.record({ id, name: 'push', receivedAt: 5, event: buildPush() });
    }

    async function plan(id: string, deployments: readonly PlannedDeployment[] = []): Promise<void> {
      await deliver(id);
      const commitRuns = [describeRun([{ kind: 'push', branch: id, outcome: 'push' }])];
      await stores.commitPlan({ deliveryId: id, outcome: 'push', deployments, commitRuns, now: 5 });
    }

    async function read(): Promise<CommitRun & { readonly verdict: RequiredVerdict }> {
      const run = await stores.getCommitRun(describeRun([]).id);
      if (run?.verdict.kind !== 'required') throw new Error('There is no required check.');
      return { ...run, verdict: run.verdict };
    }

    test('is one for a commit, for all that asks for it', async () => {
      await plan('main');
      await plan('feature');
      const { verdict, state, revision } = await read();
      expect(verdict.asks.map((one) => (one.kind === 'pull' ? '' : one.branch))).toEqual(['main', 'feature']);
      expect({ state, revision }).toEqual({ state: 'waiting', revision: 0 });
      expect(await stores.listWaitingCommitRuns()).toEqual([describeRun([]).id]);
      expect(await stores.listOwedCommitRuns()).toEqual([]);
    });

    test('is opened before the plan, and not after it', async () => {
      await deliver('main');
      const early = describeRun([{ kind: 'push', branch: 'main', outcome: null }]);
      await stores.openRequiredCheck('main', early);
      expect((await read()).verdict.asks).toMatchObject([{ outcome: null }]);
      const deployments = [] as const;
      const commitRuns = [describeRun([{ kind: 'push', branch: 'main', outcome: 'push' }])];
      await stores.commitPlan({ deliveryId: 'main', outcome: 'push', deployments, commitRuns, now: 5 });
      await stores.openRequiredCheck('main', early);
      expect((await read()).verdict.asks).toMatchObject([{ outcome: 'push' }]);
    });

    test('is saved only as it was read, and begins another check run only after the last is written', async () => {
      await plan('main');
      const before = await read();
      const verdict = { ...before.verdict, concludedAt: 7 };
      const change = { verdict, state: 'concluded', isShown: true, isNewRun: false } as const;
      const saved = await stores.saveRequiredCheck(before, change);
      expect(saved).toMatchObject({ state: 'concluded', revision: 1 });
      expect(await stores.saveRequiredCheck(before, change)).toBeNull();
      const next = {
        verdict: { ...verdict, run: 2 },
        state: 'waiting',
        isShown: true,
        isNewRun: true,
      } as const;
      expect(await stores.saveRequiredCheck(await read(), next)).toBeNull();
      await stores.saveReport(before.id, { checkRunId: 7, reportedRevision: 1, checkRunAttemptedAt: 6 });
      expect(await stores.saveRequiredCheck(await read(), next)).toBeNull();
      // It may exist twice, so the writer has to look.
      expect(await stores.listOwedCommitRuns()).toMatchObject([{ id: before.id }]);
      await stores.saveReport(before.id, { checkRunAttemptedAt: null });
      expect(await stores.listOwedCommitRuns()).toEqual([]);
      expect(await stores.saveRequiredCheck(await read(), next)).toMatchObject({
        checkRunId: null,
        revision: 2,
      });
    });

    test('depends on deployments of its commit, and on those that replaced them', async () => {
      const build = (id: string, sha: string, pushedAt: number) =>
        buildPlanned({ id, sha, pushedAt, deliveryId: id, repositoryId: REPOSITORY.id });
      for (const [id, sha, at] of [
        ['first', OLDEST, 1_000],
        ['second', OLDER, 2_000],
        ['third', SHA, 3_000],
      ] as const) {
        await deliver(id);
        const commitRuns = [describeRun([], sha)];
        await stores.commitPlan({
          deliveryId: id,
          outcome: 'push',
          deployments: [build(id, sha, at)],
          commitRuns,
          now: 5,
        });
      }
      const newest = await stores.getDeployment('third');
      if (!newest) throw new Error('There is no deployment.');
      const ids = await stores.listRequiredChecksOf(newest);
      expect(ids.toSorted()).toEqual([SHA, OLDER, OLDEST].map((sha) => describeRun([], sha).id).toSorted());
      expect(await stores.listCommitDeployments({ repositoryId: REPOSITORY.id, sha: OLDER })).toMatchObject([
        { id: 'second', reason: 'superseded' },
      ]);
      expect(await stores.listCommitDeployments({ repositoryId: 7, sha: OLDER })).toEqual([]);
    });
  });
}
