import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { NewNotification } from '../../src/domain/notification.ts';
import type { Stores } from '../../src/store/create-stores.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { type OpenStores, openForEachTest } from './open-for-each-test.ts';

const AT = 1_700_000_000_000;
const ENDED = { state: 'concluded', conclusion: 'failure', reason: 'job_error', concludedAt: AT } as const;

function notify(event: string, differences: Partial<NewNotification> = {}): NewNotification {
  const destination = differences.destination ?? 'slack';
  return {
    id: `${event}:${destination}`,
    eventId: event,
    destination,
    subject: 'analytics',
    body: '{}',
    createdAt: AT,
    ...differences,
  };
}

/** What every store must do for the messages to destinations. */
export function describeNotifications(name: string, open: () => Promise<OpenStores>): void {
  describe(`notifications in the store on ${name}`, () => {
    let stores: Stores;
    openForEachTest(open, (opened) => {
      stores = opened;
    });

    /** A deployment as planned; `notices` is what its plan tells. */
    async function plan(notices: readonly NewNotification[] = [], deliveryId: string = randomUUID()) {
      const planned = buildPlanned({ deliveryId });
      const event = { kind: 'push', account: 'acme', repository: buildRepository() } as never;
      await stores.record({ id: deliveryId, name: 'push', receivedAt: AT, event });
      const whole = { deliveryId, outcome: 'push', deployments: [planned], now: AT } as const;
      await stores.commitPlan(whole, () => notices);
      return planned.id;
    }

    async function list(destination = 'slack', { now = AT, limit = 10 } = {}): Promise<string[]> {
      const next = await stores.listNextNotifications(destination, { now, limit });
      return next.map(({ eventId }) => eventId);
    }

    test('the end of a deployment and what it tells are stored together, once', async () => {
      const id = await plan();
      const both = [notify('one'), notify('one', { destination: 'teams', body: '{"a":1}' })];
      expect(await stores.saveDeployment(id, ENDED, () => both)).toMatchObject({ conclusion: 'failure' });
      expect(await stores.saveDeployment(id, ENDED, () => [notify('two')])).toBeNull();
      expect(await list()).toEqual(['one']);
      expect(await stores.listNextNotifications('teams', { now: AT, limit: 10 })).toEqual([
        { ...both[1], attempts: 0, dueAt: null, finishedAt: null },
      ]);
      expect((await stores.listOpenDestinations()).toSorted()).toEqual(['slack', 'teams']);
      expect((await stores.readBacklog()).notifications).toBe(2);
    });

    test('if what an end tells cannot be stored, the end is not stored either', async () => {
      const id = await plan();
      const broken = { ...notify('one'), body: null as never };
      await expect(stores.saveDeployment(id, ENDED, () => [broken])).rejects.toThrow();
      expect(await stores.getDeployment(id)).toMatchObject({ state: 'waiting', conclusion: null });
      expect(await list()).toEqual([]);
    });

    test('a plan that is committed twice tells its deployments once', async () => {
      const deliveryId = randomUUID();
      await plan([notify('held')], deliveryId);
      const again = {
        deliveryId,
        outcome: 'push',
        deployments: [buildPlanned({ deliveryId })],
        now: AT,
      } as const;
      await stores.commitPlan(again, () => [notify('again')]);
      expect(await list()).toEqual(['held']);
    });

    test('of each workspace the oldest due message comes next, those that are due first', async () => {
      await plan([
        notify('a1'),
        notify('a2', { createdAt: AT + 1 }),
        notify('b1', { subject: 'billing', createdAt: AT + 2 }),
        notify('c1', { subject: 'costs', createdAt: AT + 3 }),
        notify('a1', { destination: 'teams' }),
      ]);
      expect(await list()).toEqual(['a1', 'b1', 'c1']);
      await stores.postponeNotification('a1:slack', 2, AT + 60_000);
      expect(await list()).toEqual(['a2', 'b1', 'c1', 'a1']);
      expect(await list('slack', { limit: 1 })).toEqual(['a2']);
      expect(await list('slack', { now: AT + 60_000 })).toEqual(['b1', 'c1', 'a1']);
      expect((await stores.listNextNotifications('slack', { now: AT, limit: 4 }))[3]).toMatchObject({
        attempts: 2,
        dueAt: AT + 60_000,
      });
      await stores.finishNotification('a1:slack', AT + 5);
      expect(await list('slack', { now: AT + 60_000 })).toEqual(['a2', 'b1', 'c1']);
      expect(await list('teams')).toEqual(['a1']);
    });

    test('a destination stays stopped until all are resumed', async () => {
      expect(await stores.isStopped('slack')).toBe(false);
      await stores.stopDestination('slack', AT);
      await stores.stopDestination('slack', AT + 1);
      expect(await stores.isStopped('slack')).toBe(true);
      expect(await stores.isStopped('teams')).toBe(false);
      await stores.resumeDestinations();
      expect(await stores.isStopped('slack')).toBe(false);
    });

    test('old messages are removed', async () => {
      await plan([notify('old'), notify('new', { createdAt: AT + 10 })]);
      await stores.finishNotification('old:slack', AT + 1);
      expect(await stores.removeNotes('notification', AT + 5, 10)).toBe(1);
      expect(await list()).toEqual(['new']);
    });
  });
}
