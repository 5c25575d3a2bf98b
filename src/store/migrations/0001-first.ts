import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export async function createFirstTables(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('delivery')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('retry_at', 'bigint')
    .execute();
  await sql`create index delivery_pending on delivery (repository_id, received_at) where outcome is null`.execute(
    db,
  );

  await db.schema
    .createTable('repository')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('installation_id', 'bigint', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('private', 'integer', (column) => column.notNull())
    .addColumn('default_branch', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('repository_name')
    .addColumn('full_name', 'text', (column) => column.primaryKey())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql`create index repository_name_repository on repository_name (repository_id)`.execute(db);

  await createDeployments(db);
}

async function createDeployments(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('deployment')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('workspace_name', 'text', (column) => column.notNull())
    .addColumn('environment', 'text')
    .addColumn('branch', 'text', (column) => column.notNull())
    .addColumn('directory', 'text')
    .addColumn('installation_id', 'bigint', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('delivery_id', 'text', (column) => column.notNull())
    .addColumn('check_name', 'text', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('requested_by_bot', 'integer', (column) => column.notNull())
    .addColumn('pushed_at', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('conclusion', 'text')
    .addColumn('concluded_at', 'bigint')
    .addColumn('problem', 'text')
    .addColumn('superseded_by', 'text')
    .addColumn('start_since', 'bigint')
    .addColumn('attempted_at', 'bigint')
    .addColumn('known_job_ids', 'text', (column) => column.notNull())
    .addColumn('attempt_outcome', 'text')
    .addColumn('conflict_since', 'bigint')
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('retry_at', 'bigint')
    .addColumn('job_id', 'text')
    .addColumn('accepted_at', 'bigint')
    .addColumn('job_status', 'text')
    .addColumn('job_started_at', 'bigint')
    .addColumn('job_ended_at', 'bigint')
    .addColumn('deployed_sha', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('reported_revision', 'integer', (column) => column.notNull())
    .addColumn('check_run_id', 'bigint')
    .addColumn('check_run_url', 'text')
    .addColumn('check_run_attempted_at', 'bigint')
    .addUniqueConstraint('deployment_delivery_workspace', ['delivery_id', 'workspace_id'])
    .execute();
  await sql`create index deployment_order on deployment (workspace_id, pushed_at)`.execute(db);
  await sql`create index deployment_open on deployment (workspace_id) where state <> 'concluded'`.execute(db);
  await sql`create index deployment_unreported on deployment (id) where reported_revision < revision`.execute(
    db,
  );
  await sql`create index deployment_success on deployment (workspace_id, concluded_at) where conclusion = 'success'`.execute(
    db,
  );
}
