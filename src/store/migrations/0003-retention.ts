import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/**
 * What is removed by, and what keeps the queries about one workspace quick however many of its deployments are kept.
 * Most of them may be a plain "no" (a push to a branch that it doesn't track).
 */
export async function createRetentionIndexes(db: Kysely<Schema>): Promise<void> {
  const statements = [
    // With the outcome in it, SQLite need not look into the table to find the bound by count.
    sql`create index delivery_planned on delivery (received_at, id, outcome) where outcome is not null`,
    sql`create index redelivery_asked on redelivery (asked_at)`,
    sql`create index deployment_concluded on deployment (concluded_at, id) where state = 'concluded'`,
    sql`create index deployment_successor on deployment (superseded_by) where superseded_by is not null`,
    sql`create index deployment_job on deployment (workspace_id, job_id) where job_id is not null`,
    sql`create index deployment_received on deployment (workspace_id, received_at) where state <> 'waiting'`,
    sql`create index deployment_replacing on deployment (workspace_id, pushed_at, received_at)
      where state = 'concluded' and conclusion <> 'none' and reason <> 'superseded'`,
  ];
  for (const statement of statements) await statement.execute(db);
}
