import { type Kysely, sql } from 'kysely';
import { MAY_HAVE_CHANGED, WAS_STARTED } from '../../deployment-conditions.ts';
import type { Schema } from '../../schema.ts';

/**
 * `(account, workspace_id)` identifies a workspace: two accounts may have the same workspace id. The foreign key keeps a
 * deployment from being superseded by one of another workspace.
 */
export async function createDeploymentTables(db: Kysely<Schema>): Promise<void> {
  await sql`create table deployment (
    id text primary key,
    account text not null,
    workspace_id text not null,
    workspace_name text not null,
    environment text,
    log text,
    bad_file text,
    branch text not null,
    directory text,
    installation_id bigint not null,
    repository_id bigint not null,
    delivery_id text not null,
    check_name text not null,
    sha text not null,
    before text,
    requested_by text not null,
    requested_by_bot integer not null,
    cause text not null,
    redeploy_of text,
    rerun text,
    withdrawn_by text,
    withdraw_delivery_id text,
    pushed_at bigint not null,
    received_at bigint not null,
    tree_digest text,
    state text not null,
    reason text not null,
    conclusion text,
    concluded_at bigint,
    problem text,
    superseded_by text,
    gates text not null,
    forced_by text,
    hold text,
    gate_sha text,
    ungated text,
    armed_until bigint,
    held_since bigint,
    start_since bigint,
    attempted_at bigint,
    known_job_ids text not null,
    attempt_outcome text,
    conflict_since bigint,
    failures integer not null,
    retry_at bigint,
    job_id text,
    adopted integer not null,
    accepted_at bigint,
    job_status text,
    job_started_at bigint,
    job_ended_at bigint,
    deployed_sha text,
    attempts text,
    first_try text,
    first_job_id text,
    failed_before text,
    settling_since bigint,
    service_start_time bigint,
    service_end_time bigint,
    pipelines text,
    revision integer not null,
    reported_revision integer not null,
    check_run_id bigint,
    check_run_url text,
    check_run_attempted_at bigint,
    unique (delivery_id, account, workspace_id),
    unique (id, account, workspace_id),
    foreign key (superseded_by, account, workspace_id) references deployment (id, account, workspace_id)
      deferrable initially immediate
  )`.execute(db);
  await createDeploymentIndexes(db);
}

/** Queries about one workspace stay fast with many deployments. Most may be pushes to branches that it doesn't track. */
async function createDeploymentIndexes(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create index deployment_pending on deployment (account, workspace_id, repository_id, pushed_at)
      where ${MAY_HAVE_CHANGED}`,
    sql`create index deployment_open on deployment (account, workspace_id) where state <> 'concluded'`,
    sql`create index deployment_armed on deployment (repository_id) where armed_until is not null`,
    sql`create index deployment_armed_workspace on deployment (account, workspace_id)
      where armed_until is not null`,
    sql`create index deployment_gated on deployment (repository_id) where state = 'waiting'`,
    sql`create index deployment_started on deployment (account, workspace_id, repository_id, concluded_at)
      where ${WAS_STARTED}`,
    sql`create index deployment_commit on deployment (account, workspace_id, repository_id, sha)`,
    sql`create index deployment_digested on deployment (account, workspace_id, repository_id, pushed_at)
      where tree_digest is not null`,
    sql`create index deployment_success on deployment (account, workspace_id, repository_id, concluded_at)
      where conclusion = 'success'`,
    sql`create index deployment_job on deployment (account, workspace_id, job_id) where job_id is not null`,
    sql`create index deployment_first_job on deployment (account, workspace_id, first_job_id)
      where first_job_id is not null`,
    sql`create index deployment_received on deployment (account, workspace_id, received_at)
      where state <> 'waiting'`,
    sql`create index deployment_replacing on deployment (account, workspace_id, pushed_at, received_at)
      where state = 'concluded' and conclusion <> 'none' and reason <> 'superseded'`,
    sql`create index deployment_of_second on deployment (account, workspace_id, pushed_at)
      where state = 'concluded'`,
    sql`create index deployment_attempted on deployment (account, workspace_id, attempted_at)
      where attempted_at is not null`,
    sql`create index deployment_shown on deployment (account, workspace_id, repository_id, received_at)
      where revision > 0`,
    sql`create index deployment_unreported on deployment (id) where reported_revision < revision`,
    sql`create index deployment_twice on deployment (id)
      where check_run_id is not null and check_run_attempted_at is not null`,
    sql`create index deployment_concluded on deployment (concluded_at, id) where state = 'concluded'`,
    sql`create index deployment_successor on deployment (superseded_by) where superseded_by is not null`,
    sql`create index deployment_redeploy on deployment (redeploy_of) where redeploy_of is not null`,
    sql`create index deployment_withdraw on deployment (withdraw_delivery_id)
      where withdraw_delivery_id is not null`,
    sql`create index deployment_of_commit on deployment (repository_id, sha)`,
    sql`create index deployment_failure on deployment (repository_id, sha) where conclusion = 'failure'`,
  ];
  for (const statement of statements) await statement.execute(db);
}
