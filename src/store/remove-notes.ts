import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { NoteKind } from '../recovery/retain-records.ts';
import type { Schema } from './schema.ts';

interface NoteTable {
  readonly table: keyof Schema;
  readonly key: string;
  /** The column of the note's age; a note without a time stays. */
  readonly time: string;
  /** Notes that stay regardless of their age. */
  readonly keep?: RawBuilder<boolean>;
}

const TABLES: Record<NoteKind, NoteTable> = {
  redelivery: {
    table: 'redelivery',
    key: 'guid',
    time: 'askedAt',
    // The delivery isn't planned yet.
    keep: sql`exists (select 1 from delivery where delivery.id = old.guid and delivery.outcome is null)`,
  },
  command: { table: 'command', key: 'id', time: 'finishedAt' },
  configuration_run: {
    table: 'commitRun',
    key: 'id',
    time: 'createdAt',
    keep: sql`old.reported_revision < old.revision`,
  },
  pipeline_watch: {
    table: 'pipelineWatch',
    key: 'id',
    time: 'createdAt',
    keep: sql`old.state <> 'concluded' or old.reported_revision < old.revision`,
  },
  forgotten_press: { table: 'forgottenPress', key: 'fingerprint', time: 'forgottenAt' },
  push_payload: { table: 'pushPayload', key: 'id', time: 'receivedAt' },
  // Old failure comments are no longer edited, finished or not.
  failure_comment: { table: 'failureComment', key: 'id', time: 'notedAt' },
  // A later deployment closes an open issue. A person's decision counts as long as the workspace fails.
  failure_issue: {
    table: 'failureIssue',
    key: 'id',
    time: 'notedAt',
    keep: sql`old.state in ('open', 'dismissed', 'listed')`,
  },
  notification: { table: 'notification', key: 'id', time: 'createdAt' },
  github_deployment: {
    table: 'githubDeployment',
    key: 'deploymentId',
    time: 'openedAt',
    // The newest success of a workspace becomes inactive with the next success.
    keep: sql`old.finished_at is null and old.status = 'success'`,
  },
};

/** Removes at most `limit` notes that are older than `before`, the oldest first. Returns their number. */
export async function removeNotes(
  db: Kysely<Schema>,
  kind: NoteKind,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<number> {
  const { table, key, time, keep } = TABLES[kind];
  const isFinished = keep ? sql`and not (${keep})` : sql``;
  const statement = sql`
    delete from ${sql.table(table)} where ${sql.ref(key)} in (
      select ${sql.ref(`old.${key}`)} from ${sql.table(table)} as old
      where ${sql.ref(`old.${time}`)} < ${before} ${isFinished}
      order by ${sql.ref(`old.${time}`)} limit ${limit}
    )`;
  // The transaction checks the lease: a fenced connection treats a raw statement as a read.
  const result = await db.transaction().execute((tx) => statement.execute(tx));
  return Number(result.numAffectedRows ?? 0);
}
