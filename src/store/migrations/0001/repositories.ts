import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** Repositories, their names and owners, and the workspaces that refer to them. */
export async function createRepositoryTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table repository (
      id bigint primary key,
      installation_id bigint not null,
      owner text not null,
      owner_id bigint not null,
      name text not null,
      private integer not null,
      default_branch text not null,
      seen_at bigint not null,
      named_at bigint not null
    )`,
    sql`create index repository_current_name on repository (lower(owner || '/' || name))`,

    // The first account seen with a login keeps it, even if another account takes the login later.
    sql`create table account_login (
      login text primary key,
      owner_id bigint not null,
      seen_at bigint not null
    )`,
    sql`create index account_login_owner on account_login (owner_id, seen_at)`,

    sql`create table repository_name (
      full_name text primary key,
      repository_id bigint not null,
      seen_at bigint not null
    )`,
    sql`create index repository_name_repository on repository_name (repository_id)`,

    // A workspace stays with the first repository seen for it, even if another repository takes the name later.
    sql`create table workspace_pin (
      account text not null,
      workspace_id text not null,
      source text not null,
      full_name text not null,
      repository_id bigint not null,
      primary key (account, workspace_id, source)
    )`,
    sql`create index workspace_pin_repository on workspace_pin (account, repository_id)`,

    sql`create table configuration (
      repository_id bigint primary key,
      branch text not null,
      sha text not null,
      pushed_at bigint not null,
      content text,
      good text,
      bad text,
      was_held integer not null,
      is_unnamed integer not null
    )`,
  ];
  for (const statement of statements) await statement.execute(db);
}
