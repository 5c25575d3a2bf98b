import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment, PlannedDeployment } from '../../src/domain/deployment.ts';
import { UNKNOWN_OWNER } from '../../src/domain/owner.ts';
import type { RepositoryWorkspace } from '../../src/domain/workspace.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const WORKSPACE = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
/** Everything but the account and the repository is the same. */
const OURS = { account: '@acme', workspaceId: WORKSPACE, repositoryId: 1 };
const THEIRS = { account: '@evil', workspaceId: WORKSPACE, repositoryId: 2 };
/** The same workspace, before or after it moved to another repository. */
const MOVED = { account: '@acme', workspaceId: WORKSPACE, repositoryId: 3 };

function planned(of: RepositoryWorkspace, differences: Partial<PlannedDeployment> = {}): PlannedDeployment {
  return buildPlanned({
    ...of,
    sha: 'a',
    before: 'b',
    requestedBy: 'bot',
    requestedByBot: true,
    ...differences,
  });
}

/** Two accounts whose servers have the same ids of workspaces and jobs: queries about one must find nothing of the other. */
export function describeAccounts(name: string, open: () => Promise<OpenStores>): void {
  describe(`two accounts with the same workspace id on ${name}`, () => {
    let stores: Stores;
    let theirs: Deployment;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    async function record(deliveryId: string, repositoryId: number): Promise<string> {
      await stores.record({
        id: deliveryId,
        name: 'push',
        receivedAt: 1_000,
        event: buildPush({ repository: buildRepository({ id: repositoryId }), before: 'b', after: 'a' }),
      });
      return deliveryId;
    }

    async function commit(deployment: PlannedDeployment): Promise<Deployment[]> {
      const deliveryId = await record(deployment.deliveryId, deployment.repositoryId);
      return stores.commitPlan({ deliveryId, outcome: 'push', deployments: [deployment], now: 2_000 });
    }

    /** One that everything can be asked about: it ran, it succeeded, and GitHub shows it. */
    async function deploy(of: RepositoryWorkspace, sha: string): Promise<Deployment> {
      const [one] = await commit(planned(of, { sha, pushedAt: 5_000, receivedAt: 5_000 }));
      if (!one) throw new Error('Nothing was planned.');
      await stores.saveDeployment(one.id, {
        state: 'running',
        jobId: 'job',
        attemptedAt: 5_000,
        knownJobIds: ['known'],
      });
      const { account, workspaceId } = of;
      await stores.openGitHubDeployment({
        deploymentId: one.id,
        account,
        workspaceId,
        environment: 'production',
        openedAt: 1,
        unchangedSince: null,
      });
      const ended = await stores.saveDeployment(one.id, {
        state: 'concluded',
        conclusion: 'success',
        reason: 'job_complete',
        concludedAt: 9_000,
      });
      if (!ended) throw new Error('It was concluded before.');
      return ended;
    }

    beforeEach(async () => {
      theirs = await deploy(THEIRS, 'theirs');
    });

    test('nothing of the other’s is found, counted, waited for or replaced', async () => {
      const [older] = await commit(planned(OURS));
      expect(older, 'their newer push replaces nothing of ours').toMatchObject({ state: 'waiting' });
      expect((await stores.listOpen(OURS)).map((one) => one.id)).toEqual([older?.id]);
      expect(await stores.listOpenWorkspaces()).toEqual([{ account: '@acme', workspaceId: WORKSPACE }]);
      expect(await stores.findLastStarted(OURS)).toBeNull();
      expect(await stores.findFirstPending(OURS, 1_000)).toBeNull();
      expect(await stores.countStarted(OURS, 'bot', 0)).toBe(0);
      expect(await stores.listTakenJobs(OURS, ['job'])).toEqual(new Set());
      expect(await stores.listKnownJobs(OURS, 8_000)).toBeNull();
      expect((await stores.listRecent(OURS, 5)).map((one) => one.id)).toEqual([older?.id]);
      expect(await stores.listOpenGitHubDeployments(OURS)).toEqual([]);
      if (older) expect(await stores.isReplaced({ ...older, concludedAt: 1 })).toBe(false);
    });

    test('a withdrawal and a pin of the one are not the other’s', async () => {
      await commit(planned(OURS));
      const [open] = await commit(planned(THEIRS, { pushedAt: 9_000 }));
      await stores.commitPlan({
        deliveryId: await record('comment', THEIRS.repositoryId),
        outcome: 'command',
        deployments: [],
        withdraw: { by: 'mallory', workspaces: [THEIRS] },
        now: 3_000,
      });
      expect((await stores.listOpen(THEIRS)).map((one) => one.withdrawnBy)).toEqual(['mallory']);
      expect((await stores.listOpen(OURS)).map((one) => one.withdrawnBy)).toEqual([null]);
      expect(open).toMatchObject({ account: '@evil' });
      const pin = { workspaceId: WORKSPACE, source: 'url', fullName: 'acme/data', repositoryId: 7 };
      await stores.savePins('@evil', [pin]);
      expect(await stores.listPins('@acme', [WORKSPACE])).toEqual([]);
      await stores.savePins('@acme', [{ ...pin, repositoryId: 8 }]);
      expect(await stores.listPins('@evil', [WORKSPACE])).toEqual([pin]);
    });

    test('a workspace that moved to another repository leaves its deployments with the old one', async () => {
      const before = await deploy(MOVED, 'before');
      await commit(planned(OURS, { pushedAt: 9_000 }));
      expect(await stores.findLastStarted(OURS)).toBeNull();
      expect(await stores.findLastStarted(MOVED)).toMatchObject({ sha: 'before' });
      expect((await stores.listRecent(OURS, 5)).map((one) => one.sha)).toEqual(['a']);
      expect((await stores.listRecent(MOVED, 5)).map((one) => one.id)).toEqual([before.id]);
      // There is one of it all the same, and one deployment at a time.
      expect(await stores.listTakenJobs(OURS, ['job'])).toEqual(new Set(['job']));
    });

    test('a login stays with the account that was first seen with it, and an account keeps its former ones', async () => {
      expect(await stores.noteOwner({ id: 1, login: 'Acme' }, 10)).toEqual({ holderId: 1, logins: ['acme'] });
      expect(await stores.noteOwner({ id: 1, login: 'acme-inc' }, 20)).toEqual({
        holderId: 1,
        logins: ['acme', 'acme-inc'],
      });
      expect(await stores.noteOwner({ id: 2, login: 'ACME' }, 30)).toEqual({ holderId: 1, logins: [] });
      expect(await stores.noteOwner({ id: UNKNOWN_OWNER, login: 'acme' }, 35)).toEqual({
        holderId: 1,
        logins: [],
      });
      expect(
        await stores.noteOwner({ id: UNKNOWN_OWNER, login: 'new' }, 35),
        'an unknown one keeps none',
      ).toEqual({
        holderId: UNKNOWN_OWNER,
        logins: [],
      });
      const both = await Promise.all([7, 8].map((id) => stores.noteOwner({ id, login: 'new' }, 40)));
      expect(new Set(both.map((seen) => seen.holderId)).size, 'two at the same time').toBe(1);
    });

    test('the database refuses a row that mixes them', async () => {
      const [ours] = await commit(planned(OURS));
      const id = ours?.id ?? '';
      await expect(stores.saveDeployment(id, { supersededBy: theirs.id })).rejects.toThrow(/foreign key/i);
      const shown = {
        deploymentId: id,
        account: '@evil',
        workspaceId: WORKSPACE,
        environment: 'production',
        openedAt: 1,
        unchangedSince: null,
      };
      await expect(stores.openGitHubDeployment(shown)).rejects.toThrow(/foreign key/i);
    });
  });
}
