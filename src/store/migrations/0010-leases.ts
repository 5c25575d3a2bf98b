import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Which instance does the work of which key. The embedded database has one process, and no leases. */
export async function createLeases(db: Kysely<Schema>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) return;
  // One sequence for all keys: a lease that is given back leaves nothing behind, and its numbers still grow.
  await sql`create sequence lease_fencing`.execute(db);
  await sql`create table lease (
    queue text not null,
    key text not null,
    owner text not null,
    fencing bigint not null unique,
    expires_at bigint not null,
    woken boolean not null default false,
    primary key (queue, key)
  )`.execute(db);
  await sql`create index lease_expiry on lease (expires_at)`.execute(db);
}
