import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Deployment, PlannedDeployment } from '../../src/domain/deployment.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const WORKSPACE = '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e';
const REPOSITORY = buildRepository({ id: 9_007_199_254 });
const OF_REPOSITORY = { account: 'environment', workspaceId: WORKSPACE, repositoryId: REPOSITORY.id };
/** The end of the range that everything in these tests is in, unless it says otherwise. */
const ALL = { after: null, before: { time: 1_000_000, id: '' }, limit: 500 };

/** Which old records leave a store, whatever database is under it. */
export function describeRetention(name: string, open: () => Promise<OpenStores>): void {
  describe(`retention on ${name}`, () => {
    let stores: Stores;
    let pushes: number;
    openForEachTest(open, (opened) => {
      stores = opened;
      pushes = 0;
    });

    async function record(id: string, receivedAt: number): Promise<void> {
      await stores.record({
        id,
        name: 'push',
        receivedAt,
        event: buildPush({ repository: REPOSITORY, before: 'b', after: id }),
      });
    }

    /** A delivery that led to nothing. */
    async function handle(id: string, receivedAt: number): Promise<void> {
      await record(id, receivedAt);
      await stores.commitPlan({ deliveryId: id, outcome: 'no_workspace', deployments: [], now: receivedAt });
    }

    /** A planned deployment from a delivery of its own, with the same id. */
    async function plan(differences: Partial<PlannedDeployment> = {}): Promise<string> {
      const id = differences.id ?? randomUUID();
      pushes += 1;
      await record(id, 1_000);
      const planned = buildPlanned({
        id,
        repositoryId: REPOSITORY.id,
        deliveryId: id,
        sha: id,
        before: 'b',
        pushedAt: pushes,
        ...differences,
      });
      await stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [planned], now: 2_000 });
      return id;
    }

    /** A deployment that is over, its check run written. */
    async function conclude(
      concludedAt: number,
      end: Partial<Pick<Deployment, 'conclusion' | 'workspaceId' | 'id' | 'attemptedAt' | 'acceptedAt'>> = {},
    ): Promise<string> {
      const { conclusion = 'failure', attemptedAt = null, acceptedAt = null, ...differences } = end;
      const id = await plan(differences);
      await stores.saveDeployment(id, {
        state: 'concluded',
        reason: 'job_complete',
        conclusion,
        concludedAt,
        attemptedAt,
        acceptedAt,
      });
      await report(id);
      return id;
    }

    async function report(id: string): Promise<void> {
      const reportedRevision = (await stores.getDeployment(id))?.revision ?? 0;
      await stores.saveReport(id, { reportedRevision });
    }

    /** A delivery of an event that GitHub signed at that time; returns whether it is taken for a replay of a removed one. */
    async function replay(
      id: string,
      event: { name: string; fingerprint: string; signedAt: number | null; receivedAt: number },
    ): Promise<boolean | undefined> {
      const { name, receivedAt, ...identity } = event;
      const stored = {
        kind: 'pull_request',
        account: 'acme',
        repository: REPOSITORY,
        number: 1,
        headSha: 'a',
      } as const;
      await stores.record({ id, name, receivedAt, event: stored, identity });
      return (await stores.listPending(REPOSITORY.id)).find((one) => one.id === id)?.isReplay;
    }

    async function left(ids: readonly string[]): Promise<string[]> {
      const found = await Promise.all(ids.map((id) => stores.getDeployment(id)));
      return ids.filter((_, index) => found[index]);
    }

    async function deliveriesLeft(ids: readonly string[]): Promise<string[]> {
      const unknown = await stores.listUnknownDeliveries(ids);
      return ids.filter((id) => !unknown.has(id));
    }

    describe('of what was removed, a replay is still known', () => {
      const DAY = 24 * 60 * 60_000;
      const RANGE = { after: null, before: { time: 5 * DAY, id: '' }, limit: 500 };

      async function forget(id: string, event: Parameters<typeof replay>[1]): Promise<void> {
        expect(await replay(id, event)).toBe(false);
        await stores.commitPlan({ deliveryId: id, outcome: 'no_workspace', deployments: [], now: 1 });
        expect((await stores.removeDeliveries(RANGE)).removed).toBe(1);
      }

      test('by its time; a delivery that comes late, and one that is newer, are none', async () => {
        const push = { name: 'push', fingerprint: 'one', signedAt: DAY, receivedAt: DAY + 1 };
        await forget('first', push);
        expect(await replay('again', { ...push, receivedAt: 9 * DAY })).toBe(true);
        expect(await replay('late', { ...push, fingerprint: 'two', receivedAt: 4 * DAY })).toBe(false);
        const newer = { ...push, fingerprint: 'three', signedAt: DAY + 1, receivedAt: 9 * DAY };
        expect(await replay('newer', newer)).toBe(false);
        // What is older stays known when something even older is removed after it.
        await forget('older', { ...push, fingerprint: 'four', signedAt: 1, receivedAt: 2 });
        expect(await replay('third', { ...push, fingerprint: 'five', receivedAt: 9 * DAY })).toBe(true);
      });

      test('a time of GitHub that lies in the future makes nothing old', async () => {
        await forget('future', { name: 'push', fingerprint: 'one', signedAt: 99 * DAY, receivedAt: DAY });
        const now = { name: 'push', fingerprint: 'two', signedAt: 9 * DAY, receivedAt: 9 * DAY };
        expect(await replay('now', now)).toBe(false);
        expect(await replay('early', { ...now, fingerprint: 'three', signedAt: 2 * DAY })).toBe(false);
      });

      test('a press of a button by itself, as long as presses are kept', async () => {
        const press = { name: 'check_run', fingerprint: 'press', signedAt: null, receivedAt: DAY };
        await forget('press', press);
        expect(await replay('again', { ...press, receivedAt: 99 * DAY })).toBe(true);
        expect(await replay('other', { ...press, fingerprint: 'another press' })).toBe(false);
        expect(await stores.removeNotes('forgotten_press', 5 * DAY, 10)).toBe(0);
        expect(await stores.removeNotes('forgotten_press', 5 * DAY + 1, 10)).toBe(1);
      });
    });

    describe('of deployments', () => {
      test('removes what ended before the bound, by time and then by id, and nothing later', async () => {
        const old = await conclude(10);
        const same = await conclude(20, { id: 'a' });
        const bound = await conclude(20, { id: 'b' });
        const young = await conclude(30);
        const range = { ...ALL, before: { time: 20, id: 'b' } };
        expect(await stores.removeDeployments(range)).toEqual({ removed: 2, next: null });
        expect(await left([old, same, bound, young])).toEqual([bound, young]);
        expect(await stores.removeDeployments(range)).toEqual({ removed: 0, next: null });
      });

      test('continues where the last step ended, and reads at most its limit', async () => {
        const ids: string[] = [];
        for (let time = 1; time <= 5; time += 1) ids.push(await conclude(time));
        const first = await stores.removeDeployments({ ...ALL, limit: 2 });
        expect(first).toEqual({ removed: 2, next: { time: 2, id: ids[1] } });
        expect(await left(ids)).toEqual(ids.slice(2));
        const second = await stores.removeDeployments({ ...ALL, after: first.next, limit: 2 });
        expect(second).toEqual({ removed: 2, next: { time: 4, id: ids[3] } });
        const third = await stores.removeDeployments({ ...ALL, after: second.next, limit: 2 });
        expect(third).toEqual({ removed: 1, next: null });
        expect(await left(ids)).toEqual([]);
      });

      test('skips kept records: a step may remove nothing, and the next one continues after it', async () => {
        const kept = await conclude(1, { conclusion: 'success' });
        const gone = await conclude(2);
        const first = await stores.removeDeployments({ ...ALL, limit: 1 });
        expect(first).toEqual({ removed: 0, next: { time: 1, id: kept } });
        await stores.removeDeployments({ ...ALL, after: first.next, limit: 1 });
        expect(await left([kept, gone])).toEqual([kept]);
      });

      test('keeps unconcluded ones', async () => {
        const running = await plan();
        await stores.saveDeployment(running, { state: 'running' });
        await report(running);
        const waiting = await plan();
        await report(waiting);
        await stores.removeDeployments(ALL);
        expect(await left([running, waiting])).toEqual([running, waiting]);
      });

      test('leaves alone what still owes its last report', async () => {
        const owing = await plan();
        await stores.saveDeployment(owing, {
          state: 'concluded',
          conclusion: 'failure',
          reason: 'job_error',
          concludedAt: 1,
        });
        await stores.removeDeployments(ALL);
        expect(await left([owing])).toEqual([owing]);
        await report(owing);
        await stores.removeDeployments(ALL);
        expect(await left([owing])).toEqual([]);
      });

      test('leaves alone what was started last in each workspace, and only that', async () => {
        const other = randomUUID();
        const ids = [
          await conclude(1, { conclusion: 'success', attemptedAt: 1 }),
          await conclude(3, { conclusion: 'failure' }),
          await conclude(2, { conclusion: 'success', attemptedAt: 1 }),
          await conclude(1, { conclusion: 'success', acceptedAt: 1, workspaceId: other }),
        ];
        await stores.removeDeployments(ALL);
        expect(await left(ids)).toEqual([ids[2], ids[3]]);
        expect(await stores.findLastStarted(OF_REPOSITORY)).toMatchObject({ id: ids[2] });
        const ofOther = { ...OF_REPOSITORY, workspaceId: other };
        expect(await stores.findLastStarted(ofOther)).toMatchObject({ id: ids[3] });
      });

      test('keeps the successor of another deployment as long as that one is kept', async () => {
        const replaced = await plan();
        const successor = await conclude(10);
        expect(await stores.getDeployment(replaced)).toMatchObject({ supersededBy: successor });
        await stores.removeDeployments(ALL);
        expect(await left([replaced, successor])).toEqual([replaced, successor]);
        await report(replaced);
        await stores.removeDeployments(ALL);
        expect(await left([replaced, successor])).toEqual([successor]);
        await stores.removeDeployments(ALL);
        expect(await left([successor])).toEqual([]);
      });

      test('removes a plain no', async () => {
        const no = await plan({ reason: 'paths_unchanged', conclusion: 'none' });
        await stores.removeDeployments(ALL);
        expect(await left([no])).toEqual([]);
      });

      test('finds the bound by count among the concluded ones', async () => {
        const ids = [await conclude(1, { id: 'a' }), await conclude(2, { id: 'b' })];
        ids.push(await conclude(2, { id: 'c' }));
        await plan();
        expect(await stores.findDeploymentBound(1)).toEqual({ time: 2, id: 'c' });
        expect(await stores.findDeploymentBound(2)).toEqual({ time: 2, id: 'b' });
        expect(await stores.findDeploymentBound(3)).toEqual({ time: 1, id: 'a' });
        expect(await stores.findDeploymentBound(4)).toBeNull();
        await stores.removeDeployments({ ...ALL, before: { time: 2, id: 'b' } });
        expect(await left(ids)).toEqual(['b', 'c']);
      });
    });

    describe('of deliveries', () => {
      test('removes the planned ones before the bound, in steps', async () => {
        for (let time = 1; time <= 5; time += 1) await handle(`guid-${time}`, time);
        const range = { ...ALL, before: { time: 5, id: '' }, limit: 3 };
        const first = await stores.removeDeliveries(range);
        expect(first).toEqual({ removed: 3, next: { time: 3, id: 'guid-3' } });
        const second = await stores.removeDeliveries({ ...range, after: first.next });
        expect(second).toEqual({ removed: 1, next: null });
        expect(await deliveriesLeft(['guid-4', 'guid-5'])).toEqual(['guid-5']);
      });

      test('keeps unplanned ones', async () => {
        await record('pending', 1);
        expect(await stores.removeDeliveries(ALL)).toEqual({ removed: 0, next: null });
        expect((await stores.listPending(REPOSITORY.id)).map((one) => one.id)).toEqual(['pending']);
      });

      test('leaves alone what a deployment came from, for as long as the deployment is kept', async () => {
        const id = await conclude(1);
        await stores.removeDeliveries(ALL);
        expect(await deliveriesLeft([id])).toEqual([id]);
        await stores.removeDeployments(ALL);
        await stores.removeDeliveries(ALL);
        expect(await deliveriesLeft([id])).toEqual([]);
      });

      test('the push behind the last success is known for ever', async () => {
        const id = await conclude(1, { conclusion: 'success' });
        await stores.removeDeployments(ALL);
        await stores.removeDeliveries(ALL);
        expect(await stores.hasPush(REPOSITORY.id, 'refs/heads/main', id)).toBe(true);
      });

      test('finds the bound by count among the planned ones', async () => {
        await handle('a', 1);
        await handle('b', 2);
        await handle('c', 2);
        await record('pending', 3);
        expect(await stores.findDeliveryBound(1)).toEqual({ time: 2, id: 'c' });
        expect(await stores.findDeliveryBound(3)).toEqual({ time: 1, id: 'a' });
        expect(await stores.findDeliveryBound(4)).toBeNull();
      });
    });

    describe('of notes about redeliveries', () => {
      test('removes the oldest ones before a time, up to a limit', async () => {
        for (let time = 1; time <= 4; time += 1)
          await stores.noteRedelivery({ id: time, guid: `guid-${time}` }, time);
        expect(await stores.removeNotes('redelivery', 4, 2)).toBe(2);
        expect(await stores.wasRedeliveryRequested('guid-2')).toBe(false);
        expect(await stores.wasRedeliveryRequested('guid-3')).toBe(true);
        expect(await stores.removeNotes('redelivery', 4, 2)).toBe(1);
        expect(await stores.wasRedeliveryRequested('guid-4')).toBe(true);
      });

      test('leaves alone the note of a delivery that came and is not planned yet', async () => {
        await stores.noteRedelivery({ id: 1, guid: 'pending' }, 1);
        await record('pending', 2);
        expect(await stores.removeNotes('redelivery', 10, 5)).toBe(0);
        await stores.commitPlan({ deliveryId: 'pending', outcome: 'no_workspace', deployments: [], now: 3 });
        expect(await stores.removeNotes('redelivery', 10, 5)).toBe(1);
      });
    });

    test('gives space back until there is none left', async () => {
      for (let time = 1; time <= 200; time += 1) await handle(`guid-${time}`, time);
      await stores.removeDeliveries(ALL);
      let steps = 0;
      while ((await stores.reclaimSpace()) && steps < 100) steps += 1;
      expect(steps).toBeLessThan(100);
      expect(await stores.reclaimSpace()).toBe(false);
    });
  });
}
