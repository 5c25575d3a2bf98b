import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The jobs of pipelines that the app watches, and their check runs. */
export async function createPipelineWatchTable(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table pipeline_watch (
      id text primary key,
      purpose text not null,
      account text not null,
      workspace_id text not null,
      repository_id bigint not null,
      installation_id bigint not null,
      workspace_name text not null,
      directory text,
      log text,
      check_name text,
      sha text not null,
      deployment_id text,
      delivery_id text,
      requested_by text not null,
      pipelines text not null,
      created_at bigint not null,
      state text not null,
      ending text,
      superseded_by text,
      rerun text,
      concluded_at bigint,
      revision integer not null,
      reported_revision integer not null,
      check_run_id bigint,
      check_run_url text,
      check_run_attempted_at bigint
    )`,
    sql`create index pipeline_watch_open on pipeline_watch (id) where state <> 'concluded'`,
    sql`create index pipeline_watch_unreported on pipeline_watch (id) where reported_revision < revision`,
    sql`create index pipeline_watch_twice on pipeline_watch (id)
      where check_run_id is not null and check_run_attempted_at is not null`,
    sql`create index pipeline_watch_created on pipeline_watch (created_at)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
