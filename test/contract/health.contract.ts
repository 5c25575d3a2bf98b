import { describe, expect, test } from 'vitest';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPush } from '../unit/planning/plan-world.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

/** What every store must report about its health. */
export function describeHealth(name: string, open: () => Promise<OpenStores>): void {
  describe(`the health of ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    const record = (id: string, receivedAt: number) =>
      stores.record({ id, name: 'push', receivedAt, event: buildPush() });

    test('a small write works, again and again', async () => {
      expect(await stores.tryWrite(1_000)).toBeNull();
      expect(await stores.tryWrite(2_000)).toBeNull();
    });

    test('the oldest delivery that could be planned: not planned yet, and not postponed', async () => {
      expect(await stores.readOldestDue(5_000)).toBeNull();
      await record('late', 3_000);
      await record('early', 1_000);
      expect(await stores.readOldestDue(5_000)).toBe(1_000);
      await stores.postpone('early', 1, 9_000);
      expect(await stores.readOldestDue(5_000)).toBe(3_000);
      await stores.commitPlan({ outcome: 'branch_deleted', deployments: [], deliveryId: 'late', now: 4_000 });
      expect(await stores.readOldestDue(5_000)).toBeNull();
      expect(await stores.readOldestDue(9_500)).toBe(9_000);
    });
  });
}
