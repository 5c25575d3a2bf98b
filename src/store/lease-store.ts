import { type Kysely, sql } from 'kysely';
import type { LeaseStore, RenewedLease, TakenLease } from '../domain/lease.ts';
import type { Schema } from './schema.ts';

/** A lease expires after this time without a renewal. */
const LEASE_MS = 20_000;

/** Epoch milliseconds by the database's clock, constant within a statement. */
const NOW = sql<number>`(extract(epoch from now()) * 1000)::bigint`;
const EXPIRY = sql<number>`${NOW} + ${sql.lit(LEASE_MS)}`;

/** For PostgreSQL only. Call the methods outside of any lease: the lease table itself isn't fenced. */
export function createLeaseStore(db: Kysely<Schema>): LeaseStore {
  return {
    async claim(owner, queue, key) {
      const { rows } = await sql<{ fencing: number; woken: boolean; silentMs: number | null }>`
        with before as (
          select ${NOW} - seen_at as silent_ms from lease where queue = ${queue} and key = ${key} and expires_at < ${NOW}
        )
        insert into lease (queue, key, owner, fencing, expires_at, seen_at)
        values (${queue}, ${key}, ${owner}, nextval('lease_fencing'), ${EXPIRY}, ${NOW})
        on conflict (queue, key) do update set
          owner = case when lease.expires_at < ${NOW} then excluded.owner else lease.owner end,
          fencing = case when lease.expires_at < ${NOW} then excluded.fencing else lease.fencing end,
          expires_at = case when lease.expires_at < ${NOW} then excluded.expires_at else lease.expires_at end,
          seen_at = case when lease.expires_at < ${NOW} then excluded.seen_at else lease.seen_at end,
          woken = lease.expires_at >= ${NOW}
        returning fencing, woken, (select silent_ms from before)`.execute(db);
      const row = rows[0];
      return row && !row.woken ? { queue, key, fencing: row.fencing, silentMs: row.silentMs } : null;
    },

    async renew(owner, held) {
      if (held.length === 0) return [];
      const { rows } = await sql<RenewedLease>`
        update lease set expires_at = ${EXPIRY}, seen_at = ${NOW}, woken = false
        from (
          select fencing, woken from lease
          where owner = ${owner} and fencing = any(${held.map((lease) => lease.fencing)})
          for no key update
        ) as before
        where lease.fencing = before.fencing
        returning lease.queue, lease.key, lease.fencing, before.woken`.execute(db);
      return rows;
    },

    async giveBack({ queue, key, fencing }) {
      const ofLease = db.deleteFrom('lease').where('queue', '=', queue).where('key', '=', key);
      const result = await ofLease
        .where('fencing', '=', fencing)
        .where('woken', '=', false)
        .executeTakeFirst();
      if (result.numDeletedRows > 0n) return true;
      const stillHeld = await db
        .updateTable('lease')
        .set({ woken: false })
        .where('fencing', '=', fencing)
        .executeTakeFirst();
      return stillHeld.numUpdatedRows === 0n;
    },

    async abandon(owner) {
      await db.updateTable('lease').set({ expiresAt: 0, seenAt: NOW }).where('owner', '=', owner).execute();
    },

    async takeOver(owner, limit) {
      const { rows } = await sql<TakenLease>`
        update lease
        set owner = ${owner}, fencing = nextval('lease_fencing'), expires_at = ${EXPIRY}, seen_at = ${NOW}, woken = false
        from (
          select fencing, ${NOW} - seen_at as silent_ms from lease where expires_at < ${NOW}
          order by expires_at limit ${limit} for update skip locked
        ) as before
        where lease.fencing = before.fencing
        returning lease.queue, lease.key, lease.fencing, before.silent_ms`.execute(db);
      return rows;
    },

    async isHeld({ queue, key, fencing }) {
      const row = await db
        .selectFrom('lease')
        .select('fencing')
        .where('queue', '=', queue)
        .where('key', '=', key)
        .where('fencing', '=', fencing)
        .where('expiresAt', '>', NOW)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
