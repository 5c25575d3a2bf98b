import { describe, expect, test } from 'vitest';
import type { Lock } from '../../src/domain/lock.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });
const ALL: Lock = {
  repositoryId: REPOSITORY.id,
  workspaceId: null,
  by: 'ana',
  reason: 'month end\u0001🔒',
  lockedAt: 1_764_558_000_000,
};
const ONE: Lock = { ...ALL, workspaceId: 'w', by: 'bob', reason: "'; drop table workspace_lock; --" };

/** What every store must do with locks. */
export function describeLocks(name: string, open: () => Promise<OpenStores>): void {
  describe(`locks on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, async (opened) => {
      stores = opened;
      await stores.learnRepository(REPOSITORY, null, 1);
    });

    async function plan(deliveryId: string, locks: readonly Lock[], repositoryId = REPOSITORY.id) {
      const event = buildPush({ repository: REPOSITORY, after: deliveryId });
      await stores.record({ id: deliveryId, name: 'issue_comment', receivedAt: 1, event });
      await stores.commitPlan({
        deliveryId,
        outcome: 'command',
        deployments: [],
        locks: { repositoryId, locks },
        now: 1,
      });
    }

    test('are replaced as a whole, that of all workspaces first', async () => {
      expect(await stores.listLocks(REPOSITORY.id)).toEqual([]);
      await plan('a', [ONE, ALL]);
      expect(await stores.listLocks(REPOSITORY.id)).toEqual([ALL, ONE]);
      await plan('b', [{ ...ONE, by: 'mia' }]);
      expect(await stores.listLocks(REPOSITORY.id)).toEqual([{ ...ONE, by: 'mia' }]);
      await plan('c', []);
      expect(await stores.listLocks(REPOSITORY.id)).toEqual([]);
    });

    test('of a plan that is repeated change nothing', async () => {
      await plan('a', [ALL]);
      await plan('b', []);
      await plan('a', [ALL]);
      expect(await stores.listLocks(REPOSITORY.id)).toEqual([]);
    });

    test('approvals: a later one of a commit replaces the first, old ones go, and others are none', async () => {
      const workspace = { account: 'acme', workspaceId: 'w', repositoryId: REPOSITORY.id };
      const approve = async (deliveryId: string, by: string, at: number, sha = 'a') => {
        const event = buildPush({ repository: REPOSITORY, after: deliveryId });
        await stores.record({ id: deliveryId, name: 'check_run', receivedAt: 1, event });
        const approvals = [{ ...workspace, sha, by, role: 'maintain', at }];
        await stores.commitPlan({ deliveryId, outcome: 'button', deployments: [], approvals, now: at });
      };
      await approve('1', 'ana', 1_764_558_000_000);
      const first = { by: 'ana', role: 'maintain', at: 1_764_558_000_000 };
      expect(await stores.findApproval(workspace, 'a')).toEqual(first);
      await approve('2', 'bob', 1_764_558_001_000);
      expect(await stores.findApproval(workspace, 'a')).toMatchObject({ by: 'bob' });
      expect(await stores.findApproval(workspace, 'b')).toBeNull();
      expect(await stores.findApproval({ ...workspace, workspaceId: 'x' }, 'a')).toBeNull();
      expect(await stores.findApproval({ ...workspace, repositoryId: REPOSITORY.id + 1 }, 'a')).toBeNull();
      await approve('3', 'bob', first.at + 91 * 86_400_000, 'c');
      expect(await stores.findApproval(workspace, 'a')).toBeNull();
    });

    test('of one repository leave those of another alone', async () => {
      await plan('a', [ALL]);
      await plan('b', [], REPOSITORY.id + 1);
      await plan('c', [{ ...ONE, repositoryId: REPOSITORY.id + 2 }], REPOSITORY.id + 2);
      expect(await stores.listLocks(REPOSITORY.id)).toEqual([ALL]);
    });
  });
}
