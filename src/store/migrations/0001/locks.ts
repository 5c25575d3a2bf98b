import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The locks of workspaces. A `workspace_id` of '' stands for all workspaces of the repository. */
export async function createLockTable(db: Kysely<Schema>): Promise<void> {
  await sql`create table workspace_lock (
    repository_id bigint not null,
    workspace_id text not null,
    locked_by text not null,
    reason text not null,
    locked_at bigint not null,
    primary key (repository_id, workspace_id)
  )`.execute(db);
}
