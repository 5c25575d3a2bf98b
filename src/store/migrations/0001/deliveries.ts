import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** Deliveries from GitHub, and the commands in comments. */
export async function createDeliveryTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table delivery (
      id text primary key,
      name text not null,
      repository_id bigint not null,
      received_at bigint not null,
      event text not null,
      message text,
      fingerprint text unique,
      signed_at bigint,
      after_sha text,
      role text,
      outcome text,
      attempts integer not null default 0,
      retry_at bigint
    )`,
    sql`create index delivery_pending on delivery (repository_id, received_at) where outcome is null`,
    // The index covers the outcome, so SQLite counts without reading the table.
    sql`create index delivery_planned on delivery (received_at, id, outcome) where outcome is not null`,
    sql`create index delivery_after on delivery (repository_id, after_sha)`,

    sql`create table forgotten_press (
      fingerprint text primary key,
      forgotten_at bigint not null
    )`,
    sql`create index forgotten_press_at on forgotten_press (forgotten_at)`,

    sql`create table push_payload (
      id text primary key,
      payload text not null,
      pushed_at bigint not null,
      received_at bigint not null
    )`,
    sql`create index push_payload_received on push_payload (received_at)`,

    sql`create table command (
      id text primary key,
      installation_id bigint not null,
      repository_id bigint not null,
      account text,
      place text not null,
      comment_id bigint not null,
      actor text not null,
      parsed text not null,
      fingerprint text not null,
      asked_at bigint not null,
      received_at bigint not null,
      answer text not null,
      reaction text,
      reaction_id bigint,
      reply_id bigint,
      reply_attempted_at bigint,
      reply_digest text,
      finished_at bigint
    )`,
    sql`create index command_same on command (fingerprint, asked_at)`,
    sql`create index command_open on command (id) where finished_at is null`,
    sql`create index command_finished on command (finished_at, id) where finished_at is not null`,
  ];
  for (const statement of statements) await statement.execute(db);
}
