import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createSweepTables(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('delivery').addColumn('after_sha', 'text').execute();
  await sql`create index delivery_after on delivery (repository_id, after_sha)`.execute(db);
  await db.schema
    .createTable('note')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('redelivery')
    .addColumn('guid', 'text', (column) => column.primaryKey())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('swept_repository')
    .addColumn('repository_id', 'bigint', (column) => column.primaryKey())
    .addColumn('pushed_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('branch_head')
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('branch', 'text', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('candidate_sha', 'text')
    .addColumn('candidate_seen_at', 'bigint')
    .addPrimaryKeyConstraint('branch_head_key', ['repository_id', 'branch'])
    .execute();
  await sql`insert into note (name, value) values ('began_at', ${Date.now()})`.execute(db);
}
