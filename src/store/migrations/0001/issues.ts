import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The issues about workspaces whose deployments fail. */
export async function createIssueTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table failure_issue (
      id text primary key,
      repository_id bigint not null,
      account text not null,
      workspace_id text not null,
      noted_at bigint not null,
      deployment_id text not null,
      state text,
      issue_number bigint,
      attempted_at bigint,
      made_at bigint,
      assignee text,
      digest text,
      error_key text,
      disabled_at bigint,
      finished_at bigint
    )`,
    sql`create index failure_issue_due on failure_issue (repository_id) where finished_at is null`,
    sql`create index failure_issue_state on failure_issue (repository_id, state)`,
    sql`create index failure_issue_noted on failure_issue (noted_at)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
