import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../src/domain/delivery.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const REPOSITORY = buildRepository({ id: 9_007_199_254 });
const EVENT: AppEvent = buildPush({ repository: REPOSITORY, before: 'b', after: 'a' });
const NOTHING = {
  deliveries: 0,
  notifications: 0,
  reports: 0,
  oldestReceivedAt: null,
  held: [],
  deployments: { waiting: 0, starting: 0, queued: 0, running: 0, settling: 0 },
};

/** What every store must count as unfinished. */
export function describeBacklog(name: string, open: () => Promise<OpenStores>): void {
  describe(`the backlog on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    async function plan(id: string, receivedAt: number): Promise<string> {
      await stores.record({ id, name: 'push', receivedAt, event: EVENT });
      const planned = buildPlanned({
        id: `of-${id}`,
        workspaceId: `w-${id}`,
        repositoryId: REPOSITORY.id,
        deliveryId: id,
        sha: 'a',
        before: 'b',
        receivedAt,
      });
      await stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [planned], now: receivedAt });
      return planned.id;
    }

    test('is nothing at first', async () => {
      expect(await stores.readBacklog()).toEqual(NOTHING);
    });

    test('counts unplanned, unconcluded and unreported rows, and knows the oldest', async () => {
      await stores.record({ id: 'unplanned', name: 'push', receivedAt: 1_000, event: EVENT });
      const first = await plan('1', 2_000);
      const second = await plan('2', 3_000);
      const hold = { reason: 'locked', by: 'ana', why: 'month end' } as const;
      await stores.saveDeployment(second, { hold, heldSince: 2_500 });
      await stores.saveDeployment(first, { state: 'running', jobId: 'j' });
      expect(await stores.readBacklog()).toEqual({
        deliveries: 1,
        notifications: 0,
        reports: 2,
        oldestReceivedAt: 2_000,
        held: [{ reason: 'locked', count: 1, since: 2_500 }],
        deployments: { waiting: 1, starting: 0, queued: 0, running: 1, settling: 0 },
      });
    });

    test('counts deployments that ended until somebody approves them', async () => {
      const [waiting, ...others] = [await plan('1', 2_000), await plan('2', 3_000), await plan('3', 4_000)];
      const ended = { state: 'concluded', conclusion: 'action_required', reason: 'approval_needed' } as const;
      await stores.saveDeployment(waiting, { ...ended, concludedAt: 5_000, armedUntil: 9_000 });
      for (const id of others) await stores.saveDeployment(id, { ...ended, concludedAt: 4_000 });
      const held = [{ reason: 'approval_needed', count: 1, since: 5_000 }];
      expect(await stores.readBacklog()).toMatchObject({ held });
    });

    test('leaves out concluded and reported rows', async () => {
      const id = await plan('1', 2_000);
      const concluded = await stores.saveDeployment(id, { state: 'concluded', conclusion: 'success' });
      expect(await stores.readBacklog()).toEqual({ ...NOTHING, reports: 1 });
      await stores.saveReport(id, { reportedRevision: concluded?.revision ?? 0 });
      expect(await stores.readBacklog()).toEqual(NOTHING);
    });
  });
}
