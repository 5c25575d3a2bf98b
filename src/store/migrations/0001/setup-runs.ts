import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** What was said in repositories after the app was installed there. Rows stay: it is said once. */
export async function createSetupRunTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table setup_run (
      repository_id bigint primary key,
      installation_id bigint not null,
      owner text not null,
      owner_id bigint not null,
      name text not null,
      added_at bigint not null,
      state text not null,
      is_silent integer not null,
      sha text,
      attempted_at bigint,
      neutral_at bigint,
      success_at bigint
    )`,
    sql`create index setup_run_due on setup_run (added_at) where state <> 'done'`,
    sql`create index setup_run_neutral on setup_run (installation_id, neutral_at)`,
    sql`create index setup_run_attempted on setup_run (installation_id, attempted_at)`,
    sql`create index setup_run_success on setup_run (installation_id, success_at)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
