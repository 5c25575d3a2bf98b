import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** When the holder was last heard of, so that a take-over can tell how long nobody did the work of the key. */
export async function addSignsOfLife(db: Kysely<Schema>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) return;
  await sql`alter table lease add column seen_at bigint not null
    default (extract(epoch from now()) * 1000)::bigint`.execute(db);
}
