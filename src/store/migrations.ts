import { type Kysely, SqliteAdapter, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import type { Schema } from './schema.ts';

/** Forward only: a migration is never changed once released, and has no way down. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-first': { up: createFirstTables },
  '0002-sweeps': { up: createSweepTables },
  '0003-retention': { up: createRetentionIndexes },
  '0004-commands': { up: createCommands },
  '0010-leases': { up: createLeases },
  '0011-configuration': { up: createConfiguration },
  '0013-lease-signs-of-life': { up: addSignsOfLife },
  '0015-failure-comments': { up: createFailureComments },
  '0016-github-deployments': { up: createGitHubDeployments },
};

/** Brings the database to the newest schema. Throws with the failing migration's name. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => MIGRATIONS };
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (!error) return;
  if (/previously executed migration \S+ is missing/.test(String(error))) {
    throw new Error(
      'The database is that of a newer version of this app. Start that version again, or restore the backup from before the upgrade.',
      { cause: error },
    );
  }
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'none was started';
  throw new Error(`The database could not be migrated (${failed}).`, { cause: error });
}

async function createFirstTables(db: Kysely<Schema>): Promise<void> {
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

async function createSweepTables(db: Kysely<Schema>): Promise<void> {
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

/**
 * What is removed by, and what keeps the queries about one workspace quick however many of its deployments are kept.
 * Most of them may be a plain "no" (a push to a branch that it doesn't track).
 */
async function createRetentionIndexes(db: Kysely<Schema>): Promise<void> {
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

async function createCommands(db: Kysely<Schema>): Promise<void> {
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

async function createConfiguration(db: Kysely<Schema>): Promise<void> {
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

/** Which instance does the work of which key. The embedded database has one process, and no leases. */
async function createLeases(db: Kysely<Schema>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) return;
  // One sequence for all keys: a lease that is given back leaves nothing behind, and its numbers still grow.
  await sql`create sequence lease_fencing`.execute(db);
  await sql`create table lease (
    queue text not null,
    key text not null,
    owner text not null,
    fencing bigint not null unique,
    expires_at bigint not null,
    woken boolean not null default false,
    primary key (queue, key)
  )`.execute(db);
  await sql`create index lease_expiry on lease (expires_at)`.execute(db);
}

async function createFailureComments(db: Kysely<Schema>): Promise<void> {
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

async function createGitHubDeployments(db: Kysely<Schema>): Promise<void> {
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

/** When the holder was last heard of, so that a take-over can tell how long nobody did the work of the key. */
async function addSignsOfLife(db: Kysely<Schema>): Promise<void> {
  if (db.getExecutor().adapter instanceof SqliteAdapter) return;
  await sql`alter table lease add column seen_at bigint not null
    default (extract(epoch from now()) * 1000)::bigint`.execute(db);
}
