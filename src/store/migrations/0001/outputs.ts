import { type Kysely, sql } from 'kysely';
import { MAY_BE_TWICE } from '../../deployment-conditions.ts';
import type { Schema } from '../../schema.ts';

/** Everything that the app writes to GitHub beside the check runs of deployments. */
export async function createOutputTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table commit_run (
      id text primary key,
      repository_id bigint not null,
      installation_id bigint not null,
      sha text not null,
      verdict text not null,
      state text not null,
      created_at bigint not null,
      revision integer not null,
      reported_revision integer not null,
      check_run_id bigint,
      check_run_url text,
      check_run_attempted_at bigint
    )`,
    sql`create index commit_run_owed on commit_run (id) where reported_revision < revision`,
    sql`create index commit_run_waiting on commit_run (id) where state = 'waiting'`,
    sql`create index commit_run_twice on commit_run (id) where ${MAY_BE_TWICE}`,
    sql`create index commit_run_created on commit_run (created_at)`,

    sql`create table failure_comment (
      id text primary key,
      repository_id bigint not null,
      sha text not null,
      noted_at bigint not null,
      pull_request bigint,
      comment_id bigint,
      attempted_at bigint,
      digest text,
      finished_at bigint
    )`,
    sql`create index failure_comment_open on failure_comment (repository_id) where finished_at is null`,
    sql`create index failure_comment_noted on failure_comment (noted_at)`,

    sql`create table github_deployment (
      deployment_id text primary key,
      account text not null,
      workspace_id text not null,
      environment text not null,
      opened_at bigint not null,
      unchanged_since text,
      github_id bigint,
      attempted_at bigint,
      status text,
      attempted_status text,
      status_attempted_at bigint,
      finished_at bigint,
      foreign key (deployment_id, account, workspace_id) references deployment (id, account, workspace_id)
        on delete cascade
    )`,
    sql`create index github_deployment_open on github_deployment (account, workspace_id)
      where finished_at is null`,
    sql`create index github_deployment_opened on github_deployment (opened_at)`,

    sql`create table way_back (
      deployment_id text primary key references deployment (id) on delete cascade,
      last_good text not null,
      failed text not null,
      relation text,
      commits integer,
      is_linear integer not null,
      pull_request bigint
    )`,

    sql`create table github_write (
      installation_id bigint not null,
      at bigint not null
    )`,
    sql`create index github_write_at on github_write (installation_id, at)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
