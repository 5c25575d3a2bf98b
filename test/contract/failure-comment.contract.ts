import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Repository } from '../../src/domain/deployment.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY: Repository = buildRepository({ id: 9_007_199_254 });
const FAILURE = { repositoryId: REPOSITORY.id, sha: 'a', now: 1_000 };

/** What every store must do for comments about failed deployments. */
export function describeFailureComments(name: string, open: () => Promise<OpenStores>): void {
  describe(`comments about failures in the store on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    /** A deployment that ended so at that time. */
    async function ended(workspace: string, sha: string, conclusion: 'success' | 'failure', at: number) {
      const deliveryId = randomUUID();
      const planned = buildPlanned({
        workspaceId: workspace,
        workspaceName: workspace,
        deliveryId,
        sha,
        repositoryId: REPOSITORY.id,
        checkName: 'Meltano Deploy',
        pushedAt: at,
        receivedAt: at,
      });
      const event = { kind: 'push', account: 'acme', repository: REPOSITORY } as never;
      await stores.record({ id: deliveryId, name: 'push', receivedAt: at, event });
      await stores.commitPlan({ deliveryId, outcome: 'push', deployments: [planned], now: at });
      const change = { state: 'concluded', conclusion, reason: 'job_complete', concludedAt: at } as const;
      await stores.saveDeployment(planned.id, change);
      return planned.id;
    }

    async function read(id: string) {
      const comment = await stores.getFailureComment(id);
      if (!comment) throw new Error(`There is no comment ${id}.`);
      return comment;
    }

    test('one for a commit, which keeps its fields', async () => {
      const id = await stores.noteFailure(FAILURE);
      await stores.saveFailureComment(id, { pullRequest: 7, commentId: 9_007_199_256, digest: 'x' });
      expect(await stores.noteFailure({ ...FAILURE, now: 2_000 })).toBe(id);
      expect(await read(id)).toEqual({
        id,
        repositoryId: REPOSITORY.id,
        sha: 'a',
        notedAt: 1_000,
        pullRequest: 7,
        commentId: 9_007_199_256,
        attemptedAt: null,
        digest: 'x',
        finishedAt: null,
      });
      expect(await stores.getFailureComment('none')).toBeNull();
    });

    test('the last good deployment is the newest success from the branch until the failure ended', async () => {
      await ended('w', 'old', 'success', 1_000);
      const good = await ended('w', 'good', 'success', 2_000);
      await ended('other', 'elsewhere', 'success', 3_000);
      const failed = await stores.getDeployment(await ended('w', 'bad', 'failure', 4_000));
      await ended('w', 'later', 'success', 5_000);
      expect((failed && (await stores.findLastGood(failed, 4_000)))?.id).toBe(good);
      const elsewhere = failed && (await stores.findLastGood({ ...failed, branch: 'develop' }, 4_000));
      expect(elsewhere).toBeNull();
    });

    test('an issue is due from a failure until it is finished, unless another deployment has ended since', async () => {
      const failed = await stores.getDeployment(await ended('w', 'bad', 'failure', 4_000));
      const repaired = await stores.getDeployment(await ended('w', 'good', 'success', 5_000));
      if (!failed || !repaired) throw new Error('There are no deployments.');
      await stores.noteRepaired(repaired, { now: 5_000, mayBeLost: false });
      expect(await stores.listDueIssues(REPOSITORY.id)).toEqual([]);
      await stores.noteBroken(failed, 6_000);
      const [issue] = await stores.listDueIssues(REPOSITORY.id);
      if (!issue) throw new Error('There is no issue.');
      expect(await stores.listRepositoriesWithDueIssues()).toEqual([REPOSITORY.id]);
      await stores.saveFailureIssue(issue.id, { state: 'open', issueNumber: 9_007_199_256 });
      await stores.noteRepaired(repaired, { now: 7_000, mayBeLost: false });
      await stores.finishFailureIssue(issue, 8_000);
      expect((await stores.listDueIssues(REPOSITORY.id)).map((one) => one.deploymentId)).toEqual([
        repaired.id,
      ]);
      expect(await stores.listOpenIssues(REPOSITORY.id)).toMatchObject([{ issueNumber: 9_007_199_256 }]);
      await stores.finishFailureIssue({ ...issue, deploymentId: repaired.id }, 9_000);
      expect(await stores.listDueIssues(REPOSITORY.id)).toEqual([]);
      expect(await stores.findIssuesDisabled(REPOSITORY.id)).toBeNull();
      await stores.saveFailureIssue(issue.id, { disabledAt: 10_000 });
      expect(await stores.findIssuesDisabled(REPOSITORY.id)).toBe(10_000);
    });

    test('the first success makes an issue due that an earlier database may have known, later ones do not', async () => {
      const first = await stores.getDeployment(await ended('w', 'good', 'success', 1_000));
      const second = await stores.getDeployment(await ended('w', 'better', 'success', 2_000));
      if (!first || !second) throw new Error('There are no deployments.');
      await stores.noteRepaired(first, { now: 1_000, mayBeLost: true });
      const [due] = await stores.listDueIssues(REPOSITORY.id);
      expect(due).toMatchObject({ deploymentId: first.id, state: null, issueNumber: null });
      if (due) await stores.finishFailureIssue(due, 1_500);
      await stores.noteRepaired(second, { now: 2_000, mayBeLost: true });
      expect(await stores.listDueIssues(REPOSITORY.id)).toEqual([]);
    });

    test('a workspace is broken since the first failure after its last success', async () => {
      await ended('w', 'old', 'failure', 1_000);
      const good = await ended('w', 'good', 'success', 2_000);
      const key = { account: 'environment', workspaceId: 'w', repositoryId: REPOSITORY.id };
      expect(await stores.readFailureSituation(key)).toMatchObject({ last: { id: good }, brokenSince: null });
      const first = await ended('w', 'bad', 'failure', 3_000);
      const second = await ended('w', 'worse', 'failure', 4_000);
      expect(await stores.readFailureSituation(key)).toMatchObject({
        last: { id: second },
        brokenSince: { id: first },
      });
    });

    test('a repository is greeted once, and its writes are counted', async () => {
      const added = {
        repositoryId: REPOSITORY.id,
        installationId: 1,
        owner: 'acme',
        ownerId: 10,
        name: 'data',
        isSilent: 0,
      };
      await stores.addSetupRuns([added], 1_000);
      expect(await stores.listDueSetupRuns()).toEqual([REPOSITORY.id]);
      await stores.saveSetupRun(REPOSITORY.id, { state: 'done', neutralAt: 2_000, successAt: 2_500 });
      await stores.addSetupRuns([added], 3_000);
      expect(await stores.listDueSetupRuns()).toEqual([]);
      expect(await stores.listSetupWrites(added, 1_500)).toEqual([2_000, 2_500]);
      expect(await stores.listSetupWrites(added, 2_500)).toEqual([]);
      await stores.addSetupRuns([{ ...added, installationId: 2, name: 'renamed' }], 4_000);
      expect(await stores.getSetupRun(REPOSITORY.id)).toMatchObject({
        installationId: 2,
        name: 'renamed',
        addedAt: 1_000,
        state: 'done',
      });
    });

    test('of creates that are reserved at the same time, no more than the limit are, and one of its own is not counted', async () => {
      const runs = Array.from({ length: 5 }, (_, n) => ({
        repositoryId: 100 + n,
        installationId: 1,
        owner: 'acme',
        ownerId: 10,
        name: `data${n}`,
        isSilent: 0,
      }));
      await stores.addSetupRuns(runs, 1_000);
      const reserve = (at: number) => (run: (typeof runs)[number]) =>
        stores.reserveSetupWrite(run, { sha: 'a', at }, { since: at - 500, most: 3 });
      const reserved = await Promise.all(runs.map(reserve(2_000)));
      expect(reserved.filter((one) => one)).toHaveLength(3);
      const [first] = runs.filter((_, n) => reserved[n]);
      const [last] = runs.filter((_, n) => !reserved[n]);
      if (!first || !last) throw new Error('All or none were reserved.');
      expect(await reserve(2_100)(first)).toBe(true);
      expect(await reserve(2_200)(last)).toBe(false);
      await stores.saveSetupRun(first.repositoryId, { attemptedAt: null });
      expect(await reserve(2_300)(last)).toBe(true);
    });

    test('a job that began right after a push was started by the webhook of the repository', async () => {
      const adopt = async (jobStartedAt: number) => {
        const deliveryId = randomUUID();
        const planned = buildPlanned({ deliveryId, repositoryId: REPOSITORY.id, pushedAt: 1_000 });
        const event = { kind: 'push', account: 'acme', repository: REPOSITORY } as never;
        await stores.record({ id: deliveryId, name: 'push', receivedAt: 1_000, event });
        await stores.commitPlan({ deliveryId, outcome: 'push', deployments: [planned], now: 1_000 });
        await stores.saveDeployment(planned.id, { adopted: true, jobStartedAt: 1_000 + jobStartedAt });
        return stores.wasDeployedByWebhook(REPOSITORY.id);
      };
      expect(await stores.wasDeployedByWebhook(REPOSITORY.id)).toBe(false);
      expect(await adopt(60_000)).toBe(false);
      expect(await adopt(59_000)).toBe(true);
    });

    test('the way back of a deployment is stored once', async () => {
      const deploymentId = await ended('w', 'bad', 'failure', 4_000);
      const wayBack = {
        deploymentId,
        lastGood: 'a',
        failed: 'bad',
        relation: 'ahead',
        commits: 3,
        isLinear: true,
        pullRequest: 9_007_199_256,
      } as const;
      expect(await stores.getWayBack(deploymentId)).toBeNull();
      await stores.saveWayBack(wayBack);
      await stores.saveWayBack({ ...wayBack, commits: 4 });
      expect(await stores.getWayBack(deploymentId)).toEqual(wayBack);
    });

    test('open ones are listed, of a repository or of all; a finished one opens with the next failure', async () => {
      const id = await stores.noteFailure(FAILURE);
      const other = await stores.noteFailure({ ...FAILURE, repositoryId: 5 });
      expect(new Set(await stores.listOpenFailureComments())).toEqual(new Set([id, other]));
      expect(await stores.listOpenFailureComments(5)).toEqual([other]);
      await stores.saveFailureComment(id, { finishedAt: 3_000 });
      expect(await stores.listOpenFailureComments()).toEqual([other]);
      await stores.noteFailure(FAILURE);
      expect(await stores.listOpenFailureComments(REPOSITORY.id)).toEqual([id]);
    });

    test('the last failure of each workspace, and the newest success since', async () => {
      const id = await stores.noteFailure(FAILURE);
      await ended('b', 'a', 'failure', 10);
      const last = await ended('b', 'a', 'failure', 20);
      const first = await ended('a', 'a', 'failure', 10);
      await ended('a', 'other', 'failure', 30);
      await ended('b', 'x', 'success', 15);
      await ended('a', 'y', 'success', 40);
      const repair = await ended('a', 'z', 'success', 50);
      const failures = await stores.listFailures(await read(id));
      expect(failures.map((one) => [one.deployment.id, one.repairedBy?.id ?? null])).toEqual([
        [first, repair],
        [last, null],
      ]);
    });

    test('old ones are removed, oldest first, up to a limit', async () => {
      for (const [index, sha] of ['a', 'b', 'c'].entries()) {
        await stores.noteFailure({ ...FAILURE, sha, now: index });
      }
      expect(await stores.removeNotes('failure_comment', 2, 1)).toBe(1);
      expect(await stores.removeNotes('failure_comment', 2, 5)).toBe(1);
      expect(await stores.listOpenFailureComments()).toEqual([`${REPOSITORY.id}:c`]);
    });
  });
}
