import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../schema.ts';

/** The messages to the destinations of the accounts file. */
export async function createNotificationTables(db: Kysely<Schema>): Promise<void> {
  const statements = [
    sql`create table notification (
      id text primary key,
      event_id text not null,
      destination text not null,
      subject text not null,
      body text not null,
      created_at bigint not null,
      attempts bigint not null default 0,
      due_at bigint,
      finished_at bigint
    )`,
    sql`create index notification_open on notification (destination, subject, created_at) where finished_at is null`,
    sql`create index notification_created on notification (created_at)`,
    sql`create table stopped_destination (
      destination text primary key,
      stopped_at bigint not null
    )`,
  ];
  for (const statement of statements) await statement.execute(db);
}
