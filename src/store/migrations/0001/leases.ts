import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** A lease lets one instance work on a key. The embedded database has one process and no leases. */
export async function createLeaseTables(db: Kysely<Schema>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) return;
  const statements = [
    // One sequence for all keys: the numbers keep growing after the row of a released lease is deleted.
    sql`create sequence lease_fencing`,
    sql`create table lease (
      queue text not null,
      key text not null,
      owner text not null,
      fencing bigint not null unique,
      expires_at bigint not null,
      seen_at bigint not null,
      woken boolean not null default false,
      primary key (queue, key)
    )`,
    sql`create index lease_expiry on lease (expires_at)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
