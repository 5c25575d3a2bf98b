import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createConfiguration(db: Kysely<Schema>): Promise<void> {
  for (const name of ['log', 'bad_file']) {
    await db.schema.alterTable('deployment').addColumn(name, 'text').execute();
  }
  await db.schema
    .createTable('configuration')
    .addColumn('repository_id', 'bigint', (column) => column.primaryKey())
    .addColumn('branch', 'text', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('told_at', 'bigint', (column) => column.notNull())
    .addColumn('content', 'text')
    .addColumn('good', 'text')
    .addColumn('bad', 'text')
    .addColumn('was_held', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('configuration_run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('installation_id', 'bigint', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('reported_revision', 'integer', (column) => column.notNull())
    .addColumn('check_run_id', 'bigint')
    .addColumn('check_run_url', 'text')
    .addColumn('check_run_attempted_at', 'bigint')
    .execute();
  await sql`create index configuration_run_owed on configuration_run (id) where reported_revision < revision`.execute(
    db,
  );
  await sql`create index configuration_run_created on configuration_run (created_at)`.execute(db);
}
