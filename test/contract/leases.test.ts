import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Dispatcher } from '../../src/domain/dispatcher.ts';
import { type Lease, LeaseLost, type LeaseStore, type TakenLease } from '../../src/domain/lease.ts';
import { startPgBossDispatcher } from '../../src/scheduling/pg-boss-dispatcher.ts';
import { createStores } from '../../src/store/create-stores.ts';
import { createLeaseStore } from '../../src/store/lease-store.ts';
import { PATIENCE } from '../patience.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { emptyDatabase, listPostgresDatabases, type StartedDatabase } from './postgres-databases.ts';

function requireLease(lease: Lease | null): Lease {
  if (!lease) throw new Error('The lease was not given.');
  const { queue, key, fencing } = lease;
  return { queue, key, fencing };
}

describe.each(listPostgresDatabases())('leases on $name', ({ start }) => {
  let started: StartedDatabase;
  let store: LeaseStore;

  beforeAll(async () => {
    started = await start();
    store = createLeaseStore(started.db);
  });
  afterAll(() => started.stop());
  beforeEach(() => emptyDatabase(started.db));

  /** As if all holders had been silent for 20 s. */
  async function expireAll(): Promise<void> {
    await started.db
      .updateTable('lease')
      .set(({ eb }) => ({ expiresAt: 1, seenAt: eb('seenAt', '-', 20_000) }))
      .execute();
  }

  describe('in the store', () => {
    test('a key has one holder, and its number grows with every one', async () => {
      const first = requireLease(await store.claim('a', 'workspace', 'w'));
      expect(await store.claim('b', 'workspace', 'w')).toBeNull();
      expect(await store.claim('b', 'plan', 'w')).not.toBeNull();
      expect(await store.giveBack(first)).toBe(false); // b asked for it meanwhile
      expect(await store.giveBack(first)).toBe(true);
      const second = requireLease(await store.claim('b', 'workspace', 'w'));
      expect(second.fencing).toBeGreaterThan(first.fencing);
    });

    test('of many who claim at the same time one gets it', async () => {
      const claims = Array.from({ length: 8 }, (_, n) => store.claim(`owner ${n}`, 'workspace', 'w'));
      expect((await Promise.all(claims)).filter((lease) => lease !== null)).toHaveLength(1);
    });

    test('an expired one goes to the next claim, or to an instance that looks for expired ones', async () => {
      const first = requireLease(await store.claim('a', 'workspace', 'w'));
      await expireAll();
      expect(await store.isHeld(first)).toBe(false);
      const claimed = await store.claim('b', 'workspace', 'w');
      expect(claimed?.silentMs).toBeGreaterThanOrEqual(20_000);
      expect(claimed?.silentMs).toBeLessThan(40_000);
      const second = requireLease(claimed);
      expect(await store.isHeld(second)).toBe(true);
      expect(await store.takeOver('c', 10)).toEqual([]);
      await expireAll();
      const [third] = await store.takeOver('c', 10);
      expect(third).toMatchObject({ queue: 'workspace', key: 'w' });
      expect(third?.silentMs).toBeGreaterThanOrEqual(20_000);
      expect(third?.silentMs).toBeLessThan(40_000);
      expect(third?.fencing).toBeGreaterThan(second.fencing);
      expect(await store.isHeld(second)).toBe(false);
      expect(await store.giveBack(second)).toBe(true); // nothing of it is left to give back
      expect(await store.isHeld(requireLease(third ?? null))).toBe(true);
    });

    test('a renewal says which are still held, and which were woken since the last one', async () => {
      const kept = requireLease(await store.claim('a', 'workspace', 'kept'));
      const lost = requireLease(await store.claim('a', 'workspace', 'lost'));
      await expireAll();
      await store.claim('b', 'workspace', 'lost');
      expect(await store.renew('a', [kept, lost])).toEqual([{ ...kept, woken: false }]);
      expect(await store.claim('b', 'workspace', 'kept')).toBeNull();
      expect(await store.renew('a', [kept])).toEqual([{ ...kept, woken: true }]);
      expect(await store.renew('a', [kept])).toEqual([{ ...kept, woken: false }]);
    });

    test('abandoned leases are free for others at once', async () => {
      const claimed = await store.claim('a', 'workspace', 'w');
      expect(claimed?.silentMs).toBeNull();
      const lease = requireLease(claimed);
      await expireAll();
      await store.renew('a', [lease]);
      await store.abandon('a');
      expect(await store.isHeld(lease)).toBe(false);
      // A renewal and the stop itself are signs of life: nobody was silent for 20 s here.
      expect((await store.claim('b', 'workspace', 'w'))?.silentMs).toBeLessThan(20_000);
    });
  });

  describe('a write on behalf of a lease', () => {
    const repository = buildRepository({ id: 1, installationId: 2, private: false });

    test('happens while it is held, alone or in a transaction', async () => {
      const stores = createStores(started.db);
      const lease = requireLease(await store.claim('a', 'workspace', 'w'));
      await started.leases.run(lease, async () => {
        await stores.learnRepository(repository, null, 1);
        await stores.saveDeliveriesSweptAt(5);
      });
      expect(await stores.listNames(1)).toEqual(['acme/data']);
      expect(await stores.readDeliveriesSweptAt()).toBe(5);
    });

    test('is refused once another instance holds it, and leaves nothing behind', async () => {
      const stores = createStores(started.db);
      const old = requireLease(await store.claim('a', 'workspace', 'w'));
      await expireAll();
      const taken = requireLease(await store.claim('b', 'workspace', 'w'));
      await started.leases.run(old, async () => {
        await expect(stores.learnRepository(repository, null, 1)).rejects.toThrow(LeaseLost);
        await expect(stores.saveDeliveriesSweptAt(5)).rejects.toThrow(LeaseLost);
        expect(await stores.readDeliveriesSweptAt()).toBeNull();
      });
      expect(await stores.listNames(1)).toEqual([]);
      await started.leases.run(taken, () => stores.saveDeliveriesSweptAt(6));
      expect(await stores.readDeliveriesSweptAt()).toBe(6);
    });
  });

  describe('between instances', () => {
    const open: Dispatcher[] = [];
    afterEach(() => Promise.all(open.splice(0).map((dispatcher) => dispatcher.stop())));

    async function startInstance(differences: Partial<LeaseStore> = {}) {
      const errors: unknown[] = [];
      const taken: TakenLease[] = [];
      const dispatcher = await startPgBossDispatcher({
        boss: started.boss,
        leases: started.leases,
        store: { ...store, ...differences },
        renewMs: 100,
        onError: (error) => void errors.push(error),
        onProblem: (problem) => void errors.push(problem),
        onTakenOver: (leases) => void taken.push(...leases),
      });
      open.push(dispatcher);
      return { dispatcher, errors, taken };
    }

    test('a key is never run by two at once, and a wake-up anywhere reaches its holder', async () => {
      let running = 0;
      let most = 0;
      let runs = 0;
      const handle = async () => {
        running += 1;
        most = Math.max(most, running);
        await sql`select 1`.execute(started.db);
        running -= 1;
        runs += 1;
        return 10_000; // kept, so that the other instance has to hand its wake-ups over
      };
      const instances = [await startInstance(), await startInstance()];
      for (const { dispatcher } of instances) dispatcher.handle('workspace', handle);
      for (let round = 1; round <= 4; round += 1) {
        instances[round % 2]?.dispatcher.wake('workspace', 'w');
        await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(round), PATIENCE);
      }
      expect(most).toBe(1);
    });

    test('a stop lets another instance continue at once', async () => {
      const first = await startInstance();
      const ran: string[] = [];
      first.dispatcher.handle('workspace', async (key) => {
        ran.push(`first ${key}`);
        return 10_000;
      });
      first.dispatcher.wake('workspace', 'w');
      await vi.waitFor(() => expect(ran).toEqual(['first w']), PATIENCE);
      await first.dispatcher.stop();
      const second = await startInstance();
      second.dispatcher.handle('workspace', async (key) => {
        ran.push(`second ${key}`);
        return null;
      });
      await vi.waitFor(() => expect(ran).toEqual(['first w', 'second w']), PATIENCE);
      await vi.waitFor(
        () => expect(second.taken).toMatchObject([{ queue: 'workspace', key: 'w' }]),
        PATIENCE,
      );
      expect(first.taken).toEqual([]);
    });

    test('an instance that can not stop lets others have what it holds', async () => {
      const hangs = Promise.withResolvers<null>();
      const first = await startInstance();
      const began = Promise.withResolvers<void>();
      first.dispatcher.handle('workspace', () => {
        began.resolve();
        return hangs.promise;
      });
      first.dispatcher.wake('workspace', 'w');
      await began.promise;
      const second = await startInstance();
      const ran: string[] = [];
      second.dispatcher.handle('workspace', async (key) => {
        ran.push(key);
        return null;
      });
      const stopping = first.dispatcher.stop();
      await first.dispatcher.abandon();
      const taken = vi.waitFor(() => expect(ran).toEqual(['w']), PATIENCE);
      await taken.finally(() => hangs.resolve(null));
      await stopping;
    });

    test('an instance that was paused finds out before it writes, and leaves the key to the other one', async () => {
      const stores = createStores(started.db);
      const began = Promise.withResolvers<void>();
      const paused = Promise.withResolvers<void>();
      // Its renewals are held up together with everything else that it does.
      const first = await startInstance({
        renew: async (owner, held) => {
          await paused.promise;
          return store.renew(owner, held);
        },
      });
      first.dispatcher.handle('workspace', async () => {
        began.resolve();
        await paused.promise;
        await stores.saveDeliveriesSweptAt(1);
        return null;
      });
      first.dispatcher.wake('workspace', 'w');
      await began.promise;
      const second = await startInstance();
      second.dispatcher.handle('workspace', async () => {
        await stores.saveDeliveriesSweptAt(2);
        return null;
      });
      await expireAll();
      const written = vi.waitFor(async () => expect(await stores.readDeliveriesSweptAt()).toBe(2), PATIENCE);
      await written.finally(paused.resolve);
      await vi.waitFor(() => expect(first.errors).toEqual([expect.any(LeaseLost)]), PATIENCE);
      expect(await stores.readDeliveriesSweptAt()).toBe(2);
    });

    test('of two delayed wake-ups the earlier one counts', async () => {
      const { dispatcher } = await startInstance();
      const ran: string[] = [];
      dispatcher.handle('sweep', async (key) => {
        ran.push(key);
        return null;
      });
      dispatcher.wake('sweep', 'brought forward', 3_600_000);
      await vi.waitFor(async () => expect(await countWakeUps()).toBe(1), PATIENCE);
      dispatcher.wake('sweep', 'brought forward', 50);
      await vi.waitFor(() => expect(ran).toEqual(['brought forward']), PATIENCE);
    });

    test('what a lost queue held is made good by the next wake-up', async () => {
      const { dispatcher } = await startInstance();
      const ran: string[] = [];
      dispatcher.handle('workspace', async (key) => {
        ran.push(key);
        return null;
      });
      dispatcher.wake('workspace', 'w', 3_600_000);
      await vi.waitFor(async () => expect(await countWakeUps()).toBe(1), PATIENCE);
      await sql`delete from pgboss.job`.execute(started.db);
      dispatcher.wake('workspace', 'w');
      await vi.waitFor(() => expect(ran).toEqual(['w']), PATIENCE);
    });

    async function countWakeUps(): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from pgboss.job where name = 'wake-up' and state = 'created'`.execute(
        started.db,
      );
      return Number(rows[0]?.count);
    }
  });
});
