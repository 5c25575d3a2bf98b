import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The state of the sweeps, and the creation time of the database. */
export async function createSweepTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table note (
      name text primary key,
      value bigint not null
    )`,
    sql`insert into note (name, value) values ('began_at', ${Date.now()})`,

    sql`create table redelivery (
      guid text primary key,
      attempts integer not null,
      asked_at bigint not null,
      logged_id bigint not null
    )`,
    sql`create index redelivery_asked on redelivery (asked_at)`,

    sql`create table swept_repository (
      repository_id bigint primary key,
      pushed_at bigint not null
    )`,

    sql`create table branch_head (
      repository_id bigint not null,
      branch text not null,
      sha text not null,
      candidate_sha text,
      candidate_seen_at bigint,
      primary key (repository_id, branch)
    )`,
  ];
  for (const statement of statements) await statement.execute(db);
}
