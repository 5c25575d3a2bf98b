import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createWorkspaceStatements(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('workspace_statement')
    .addColumn('workspace_id', 'text', (column) => column.primaryKey())
    .addColumn('statement', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .alterTable('repository')
    .addColumn('named_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update repository set named_at = seen_at`.execute(db);
  await sql`create index deployment_accepted on deployment (workspace_id, concluded_at) where reason = 'start_accepted'`.execute(
    db,
  );
  await sql`create index repository_current_name on repository (lower(owner || '/' || name))`.execute(db);
}
