import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type {
  RecordPosition,
  RecordRange,
  RecordRemoval,
  RetentionStore,
} from '../recovery/retain-records.ts';
import { WAS_STARTED } from './deployment-conditions.ts';
import { removeNotes } from './remove-notes.ts';
import type { Schema } from './schema.ts';

/** The events of re-runs and buttons. */
const PRESSES: ReadonlySet<string> = new Set(['check_run', 'check_suite']);

/** Pages to free in one step: 0.8 MB in pages of 4 KB, some 10 ms. */
const PAGES_PER_STEP = 200;

/**
 * Removes old records in bounded batches. Each batch is one short statement that selects by itself what has to stay, so a
 * batch can be repeated.
 */
export function createRetentionStore(db: Kysely<Schema>): RetentionStore {
  return {
    findDeploymentBound: (count) =>
      takeOne(selectConcluded(db).orderBy('concludedAt', 'desc').orderBy('id', 'desc'), count),
    findDeliveryBound: (count) =>
      takeOne(selectPlanned(db).orderBy('receivedAt', 'desc').orderBy('id', 'desc'), count),
    removeDeployments: (range) => removeDeployments(db, range),
    removeDeliveries: (range) => removeDeliveries(db, range),
    removeNotes: (kind, before, limit) => removeNotes(db, kind, { before, limit }),
    // PostgreSQL reclaims space by itself.
    reclaimSpace: async () => db.getExecutor().adapter instanceof SqliteAdapter && (await reclaimPages(db)),
  };
}

/**
 * Removes concluded deployments whose last report was written. Keeps the last started deployment of each workspace, the
 * base for changed paths, and deployments that superseded one that is still stored.
 */
async function removeDeployments(db: Kysely<Schema>, range: RecordRange): Promise<RecordRemoval> {
  const ofRange = isWithin('concludedAt', range);
  const ordered = selectConcluded(db).where(ofRange).orderBy('concludedAt').orderBy('id');
  const last = await takeOne(ordered, range.limit);
  const result = await db
    .deleteFrom('deployment')
    .where('state', '=', sql.lit('concluded'))
    .where(ofRange)
    .$if(last !== null, (query) => query.where(compare('concludedAt', '<=', last)))
    .whereRef('reportedRevision', '>=', 'revision')
    .where(({ or, not, exists, selectFrom }) =>
      or([
        // Inside `exists`, the same condition applies to `later`.
        not(WAS_STARTED),
        exists(
          selectFrom('deployment as later')
            .select(sql.lit(1).as('one'))
            .whereRef('later.account', '=', 'deployment.account')
            .whereRef('later.workspaceId', '=', 'deployment.workspaceId')
            .whereRef('later.repositoryId', '=', 'deployment.repositoryId')
            .where('later.state', '=', sql.lit('concluded'))
            .where(WAS_STARTED)
            .whereRef('later.concludedAt', '>', 'deployment.concludedAt'),
        ),
      ]),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deployment as replaced')
            .select(sql.lit(1).as('one'))
            .whereRef('replaced.supersededBy', '=', 'deployment.id'),
        ),
      ),
    )
    .executeTakeFirst();
  return { removed: Number(result.numDeletedRows), next: last };
}

/**
 * Removes planned deliveries. A delivery stays as long as its deployment: it shows the sweep of branch heads that the push
 * was handled. Notes what identifies a replay of the removed ones.
 */
function removeDeliveries(db: Kysely<Schema>, range: RecordRange): Promise<RecordRemoval> {
  return db.transaction().execute((tx) => removeWithin(tx, range));
}

async function removeWithin(db: Kysely<Schema>, range: RecordRange): Promise<RecordRemoval> {
  const ofRange = isWithin('receivedAt', range);
  const ordered = selectPlanned(db).where(ofRange).orderBy('receivedAt').orderBy('id');
  const last = await takeOne(ordered, range.limit);
  const removed = await db
    .deleteFrom('delivery')
    .where('outcome', 'is not', null)
    .where(ofRange)
    .$if(last !== null, (query) => query.where(compare('receivedAt', '<=', last)))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deployment')
            .select(sql.lit(1).as('one'))
            .whereRef('deployment.deliveryId', '=', 'delivery.id'),
        ),
      ),
    )
    .returning(['name', 'fingerprint', 'signedAt', 'receivedAt'])
    .execute();
  await noteForgotten(db, removed, range.before.time);
  return { removed: removed.length, next: last };
}

interface RemovedDelivery {
  readonly name: string;
  readonly fingerprint: string | null;
  readonly signedAt: number | null;
  readonly receivedAt: number;
}

async function noteForgotten(
  db: Kysely<Schema>,
  removed: readonly RemovedDelivery[],
  forgottenAt: number,
): Promise<void> {
  const presses = removed.flatMap(({ name, fingerprint }) =>
    fingerprint !== null && PRESSES.has(name) ? [{ fingerprint, forgottenAt }] : [],
  );
  if (presses.length > 0) {
    await db
      .insertInto('forgottenPress')
      .values(presses)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  // Limits a time of GitHub that is in the future.
  const times = removed.flatMap(({ signedAt, receivedAt }) =>
    signedAt === null ? [] : [Math.min(signedAt, receivedAt)],
  );
  if (times.length === 0) return;
  const value = Math.max(...times);
  await db
    .insertInto('note')
    .values({ name: 'events_forgotten_until', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }).where('note.value', '<', value))
    .execute();
}

function selectConcluded(db: Kysely<Schema>) {
  return db
    .selectFrom('deployment')
    .select(['concludedAt as time', 'id'])
    .where('state', '=', sql.lit('concluded'))
    .where('concludedAt', 'is not', null);
}

function selectPlanned(db: Kysely<Schema>) {
  return db.selectFrom('delivery').select(['receivedAt as time', 'id']).where('outcome', 'is not', null);
}

interface PositionQuery {
  limit(count: number): {
    offset(count: number): {
      executeTakeFirst(): Promise<{ time: number | null; id: string } | undefined>;
    };
  };
}

/** The position of the record with this number, counted from 1; null if there are fewer records. */
async function takeOne(query: PositionQuery, number: number): Promise<RecordPosition | null> {
  const row = await query
    .limit(1)
    .offset(number - 1)
    .executeTakeFirst();
  return row && row.time !== null ? { time: row.time, id: row.id } : null;
}

type TimeColumn = 'concludedAt' | 'receivedAt';

function isWithin(column: TimeColumn, { after, before }: RecordRange) {
  const isOlder = compare(column, '<', before);
  return after ? sql<boolean>`${isOlder} and ${compare(column, '>', after)}` : isOlder;
}

/** Compares pairs, for which both databases use an index. */
function compare(column: TimeColumn, operator: '<' | '<=' | '>', position: RecordPosition | null) {
  return sql<boolean>`(${sql.ref(column)}, id) ${sql.raw(operator)} (${position?.time}, ${position?.id})`;
}

/** Returns true if pages are left to free. A database created without `auto_vacuum` keeps its free pages and reuses them. */
async function reclaimPages(db: Kysely<Schema>): Promise<boolean> {
  const INCREMENTAL = 2;
  const { rows: modes } = await sql<{ autoVacuum: number }>`pragma auto_vacuum`.execute(db);
  if (modes[0]?.autoVacuum !== INCREMENTAL || (await countFreePages(db)) === 0) return false;
  await sql`pragma incremental_vacuum(${sql.lit(PAGES_PER_STEP)})`.execute(db);
  if ((await countFreePages(db)) > 0) return true;
  // The checkpoint shrinks the file. PASSIVE doesn't wait for readers such as a backup.
  await sql`pragma wal_checkpoint(passive)`.execute(db);
  return false;
}

async function countFreePages(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ freelistCount: number }>`pragma freelist_count`.execute(db);
  return rows[0]?.freelistCount ?? 0;
}
