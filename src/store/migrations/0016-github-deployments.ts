import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createGitHubDeployments(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('github_deployment')
    .addColumn('deployment_id', 'text', (column) => column.primaryKey())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('opened_at', 'bigint', (column) => column.notNull())
    .addColumn('github_id', 'bigint')
    .addColumn('attempted_at', 'bigint')
    .addColumn('status', 'text')
    .addColumn('attempted_status', 'text')
    .addColumn('status_attempted_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .execute();
  const statements = [
    sql`create index github_deployment_open on github_deployment (workspace_id) where finished_at is null`,
    sql`create index github_deployment_opened on github_deployment (opened_at)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
