import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The commits that persons approved for a workspace. */
export async function createApprovalTable(db: Kysely<Schema>): Promise<void> {
  await sql`create table approval (
    account text not null,
    workspace_id text not null,
    repository_id bigint not null,
    sha text not null,
    approved_by text not null,
    role text not null,
    not_by text,
    approved_at bigint not null,
    primary key (account, workspace_id, repository_id, sha)
  )`.execute(db);
  await sql`create index approval_approved on approval (approved_at)`.execute(db);
}
