import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createCommands(db: Kysely<Schema>): Promise<void> {
  // One column a statement: SQLite adds no more at once.
  await db.schema
    .alterTable('deployment')
    .addColumn('cause', 'text', (column) => column.notNull().defaultTo('push'))
    .execute();
  for (const name of ['redeploy_of', 'rerun', 'withdrawn_by', 'withdraw_delivery_id']) {
    await db.schema.alterTable('deployment').addColumn(name, 'text').execute();
  }
  await db.schema
    .createTable('command')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('installation_id', 'bigint', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('account', 'text')
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('parsed', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('reaction', 'text')
    .addColumn('reaction_id', 'bigint')
    .addColumn('reply_id', 'bigint')
    .addColumn('reply_attempted_at', 'bigint')
    .addColumn('reply_digest', 'text')
    .addColumn('finished_at', 'bigint')
    .execute();
  const statements = [
    sql`create index command_same on command (fingerprint, asked_at)`,
    sql`create index command_open on command (id) where finished_at is null`,
    sql`create index command_finished on command (finished_at, id) where finished_at is not null`,
    sql`create index deployment_redeploy on deployment (redeploy_of) where redeploy_of is not null`,
    sql`create index deployment_withdraw on deployment (withdraw_delivery_id) where withdraw_delivery_id is not null`,
    sql`create index deployment_shown on deployment (workspace_id, received_at) where revision > 0`,
  ];
  for (const statement of statements) await statement.execute(db);
}
