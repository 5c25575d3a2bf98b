import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createFailureComments(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('failure_comment')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('noted_at', 'bigint', (column) => column.notNull())
    .addColumn('pull_request', 'bigint')
    .addColumn('comment_id', 'bigint')
    .addColumn('attempted_at', 'bigint')
    .addColumn('digest', 'text')
    .addColumn('finished_at', 'bigint')
    .execute();
  const statements = [
    sql`create index failure_comment_open on failure_comment (repository_id) where finished_at is null`,
    sql`create index failure_comment_noted on failure_comment (noted_at)`,
    sql`create index deployment_failure on deployment (repository_id, sha) where conclusion = 'failure'`,
  ];
  for (const statement of statements) await statement.execute(db);
}
