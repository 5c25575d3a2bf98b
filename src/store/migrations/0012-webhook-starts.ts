import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createWebhookStarts(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .alterTable('deployment')
    .addColumn('adopted', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('push_payload')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('pushed_at', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .execute();
  const statements = [
    sql`create index push_payload_received on push_payload (received_at)`,
    sql`create index deployment_attempted on deployment (workspace_id, attempted_at) where attempted_at is not null`,
  ];
  for (const statement of statements) await statement.execute(db);
}
