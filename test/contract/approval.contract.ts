import { describe, expect, test } from 'vitest';
import type { PlannedDeployment } from '../../src/domain/deployment.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });
const T = 1_764_558_000_000;
const OF_WORKSPACE = { account: 'acme', workspaceId: 'w', repositoryId: REPOSITORY.id, branch: 'main' };

/** What every store must do with deployments that wait for an approval. */
export function describeApprovals(name: string, open: () => Promise<OpenStores>): void {
  describe(`approvals on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, async (opened) => {
      stores = opened;
      await stores.learnRepository(REPOSITORY, null, 1);
    });

    async function push(id: string, differences: Partial<PlannedDeployment> = {}) {
      const event = buildPush({ repository: REPOSITORY, after: id });
      await stores.record({ id, name: 'push', receivedAt: T, event });
      const planned = buildPlanned({ ...OF_WORKSPACE, id, deliveryId: id, sha: id, ...differences });
      return stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [planned], now: T });
    }

    /** A push that waits for its approval. Returns the next revision. */
    async function ask(): Promise<number> {
      await push('asks', { pushedAt: T, receivedAt: T });
      const ended = { state: 'concluded', conclusion: 'action_required', reason: 'approval_needed' } as const;
      await stores.saveDeployment('asks', { ...ended, concludedAt: T, armedUntil: T + 1 });
      return ((await stores.getDeployment('asks'))?.revision ?? 0) + 1;
    }

    test('a newer deployment takes the place of one that asks', async () => {
      const revision = await ask();
      const changed = await push('newer', { pushedAt: T + 1_000, receivedAt: T + 1_000 });
      expect(changed.map(({ id }) => id)).toEqual(['newer', 'asks']);
      const replaced = { reason: 'superseded', supersededBy: 'newer', conclusion: 'action_required' };
      expect(await stores.getDeployment('asks')).toMatchObject({
        ...replaced,
        armedUntil: null,
        revision,
      });
      expect(await stores.listUnapproved(REPOSITORY.id)).toEqual([]);
    });

    test('a newer push that is not deployed ends the wait, too', async () => {
      const revision = await ask();
      const skipped = { conclusion: 'skipped', reason: 'skip_token' } as const;
      await push('newer', { ...skipped, pushedAt: T + 1_000, receivedAt: T + 1_000 });
      const ended = { reason: 'approval_needed', supersededBy: null, armedUntil: null };
      expect(await stores.getDeployment('asks')).toMatchObject({ ...ended, revision });
    });

    test.each<[string, Partial<PlannedDeployment>]>([
      ['an older push', { pushedAt: T - 1_000 }],
      ['a push of another workspace', { workspaceId: 'other' }],
      ['a push to another branch', { branch: 'dev', conclusion: 'none', reason: 'branch_not_tracked' }],
      ['a push of the same commit', { sha: 'asks', conclusion: 'skipped', reason: 'skip_token' }],
    ])('%s changes nothing', async (_, differences) => {
      await ask();
      await push('other', { pushedAt: T + 1_000, receivedAt: T + 1_000, ...differences });
      expect((await stores.listUnapproved(REPOSITORY.id)).map(({ id }) => id)).toEqual(['asks']);
    });

    test('a gate opens once, and not after it was disarmed', async () => {
      await ask();
      const planned = (id: string) => buildPlanned({ ...OF_WORKSPACE, id, deliveryId: id, sha: 'asks' });
      expect(await stores.openArmed('asks', planned('first'))).toHaveLength(2);
      expect(await stores.openArmed('asks', planned('second'))).toEqual([]);
      expect(await stores.getDeployment('second')).toBeNull();
      expect(await stores.disarm('asks')).toBeNull();
    });

    test('the pushes since the last success', async () => {
      expect(await stores.readUndeployed(OF_WORKSPACE)).toEqual({ pushers: [], first: null });
      await push('1', { before: '0', requestedBy: 'ana', pushedAt: T, receivedAt: T });
      await push('2', { before: '1', requestedBy: 'bob', pushedAt: T + 1_000, receivedAt: T + 1_000 });
      await push('4', { before: '9', requestedBy: 'eve', pushedAt: T, receivedAt: T, branch: 'dev' });
      const all = await stores.readUndeployed(OF_WORKSPACE);
      expect([all.pushers.toSorted(), all.first]).toEqual([['ana', 'bob'], { before: '0' }]);
      await stores.saveDeployment('2', { state: 'concluded', conclusion: 'success', reason: 'job_complete' });
      await push('3', { before: '2', requestedBy: 'ana', pushedAt: T + 2_000, receivedAt: T + 2_000 });
      expect(await stores.readUndeployed(OF_WORKSPACE)).toEqual({ pushers: ['ana'], first: { before: '2' } });
    });
  });
}
