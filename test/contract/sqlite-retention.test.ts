import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { CamelCasePlugin, type Insertable, Kysely, SqliteDialect, sql } from 'kysely';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Delivery } from '../../src/domain/delivery.ts';
import type { PlannedDeployment } from '../../src/domain/deployment.ts';
import { retainRecords } from '../../src/recovery/retain-records.ts';
import { createStores, type Stores } from '../../src/store/create-stores.ts';
import { toNewRow } from '../../src/store/deployment-row.ts';
import { migrate } from '../../src/store/migrations.ts';
import type { DeliveryTable, DeploymentTable, Schema } from '../../src/store/schema.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import { openTemporarySqlite } from './open-temporary-sqlite.ts';
import { describeRetention } from './retention.contract.ts';

const DAY = 24 * 60 * 60_000;
const HOUR = 60 * 60_000;

describeRetention('SQLite', openTemporarySqlite);

function makePlanned(differences: Partial<PlannedDeployment> = {}): PlannedDeployment {
  return buildPlanned({
    workspaceId: 'w-1',
    environment: 'production',
    directory: 'analytics',
    repositoryId: 1,
    before: 'b'.repeat(40),
    ...differences,
  });
}

function makeEvent(after = 'a'.repeat(40)): Delivery['event'] {
  return buildPush({ after, repository: buildRepository({ id: 1 }) });
}

interface Crowd {
  readonly count: number;
  /** When the first one ended; the others follow. */
  readonly from: number;
  readonly stepMs: number;
  readonly workspaces: number;
}

/** Concluded deployments with their deliveries, written in bulk. */
async function fill(db: Kysely<Schema>, { count, from, stepMs, workspaces }: Crowd): Promise<void> {
  const deliveries: Insertable<DeliveryTable>[] = [];
  const deployments: Insertable<DeploymentTable>[] = [];
  for (let n = 0; n < count; n += 1) {
    const time = from + n * stepMs;
    const deliveryId = randomUUID();
    const planned = makePlanned({
      workspaceId: `w-${n % workspaces}`,
      deliveryId,
      pushedAt: time,
      receivedAt: time,
    });
    const conclusion = n % 3 === 0 ? 'failure' : 'success';
    deliveries.push({
      id: deliveryId,
      name: 'push',
      repositoryId: 1,
      receivedAt: time,
      outcome: 'push',
      retryAt: null,
      event: JSON.stringify(makeEvent()),
      afterSha: 'a'.repeat(40),
    });
    deployments.push({
      ...toNewRow(planned, time),
      state: 'concluded',
      conclusion,
      reason: 'job_complete',
      concludedAt: time,
      jobId: randomUUID(),
      reportedRevision: 1,
      deployedSha: 'a'.repeat(40),
      checkRunId: 1,
      checkRunUrl: 'https://example',
      knownJobIds: JSON.stringify(Array.from({ length: 5 }, () => randomUUID())),
    });
  }
  for (let n = 0; n < count; n += 500) {
    await db.transaction().execute(async (tx) => {
      await tx
        .insertInto('delivery')
        .values(deliveries.slice(n, n + 500))
        .execute();
      await tx
        .insertInto('deployment')
        .values(deployments.slice(n, n + 500))
        .execute();
    });
  }
}

async function countPages(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ pageCount: number }>`pragma page_count`.execute(db);
  return rows[0]?.pageCount ?? 0;
}

async function countRows(db: Kysely<Schema>, table: 'delivery' | 'deployment'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((column) => column.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** All runs that one round takes. */
async function retain(stores: Stores, now: number, limits: { days: number; maxRecords?: number }) {
  const context = {
    store: stores,
    clock: { now: () => now, elapsed: () => now },
    log: pino({ level: 'silent' }),
    ...limits,
    pause: async () => undefined,
    onRemoved: () => undefined,
  };
  for (let runs = 0; runs < 200; runs += 1) if ((await retainRecords(context)) === HOUR) return;
  throw new Error('The round never came to an end.');
}

test('a busy year does not make the database grow, and the space comes back when it is over', async () => {
  const { directory, db, stores, close } = await openTemporarySqlite();
  onTestFinished(close);
  const file = join(directory, 'meltano-deploy.db');
  const roundMs = 3.65 * DAY;
  let now = 1_700_000_000_000;
  let warm = 0;
  let most = 0;
  for (let round = 1; round <= 100; round += 1) {
    await fill(db, { count: 200, from: now, stepMs: roundMs / 200, workspaces: 20 });
    now += roundMs;
    await retain(stores, now, { days: 30 });
    const pages = await countPages(db);
    if (round <= 15) warm = Math.max(warm, pages);
    else most = Math.max(most, pages);
  }
  expect(most).toBeLessThanOrEqual(warm * 1.15);
  expect(await countRows(db, 'deployment')).toBeLessThanOrEqual(200 * Math.ceil(30 / 3.65) + 20);
  // The write-ahead log: 4 MB until it is written back, and cut back to 8 MB after a burst.
  expect(statSync(`${file}-wal`).size).toBeLessThan(9 * 1024 * 1024);

  await retain(stores, now + 60 * DAY, { days: 30 });
  expect(await countRows(db, 'deployment')).toBe(20);
  expect(statSync(file).size).toBeLessThan((warm * 4096) / 3);
});

test('a flood is cut back to the bound by count, but for the deliveries of the last four days', async () => {
  const { db, stores, close } = await openTemporarySqlite();
  onTestFinished(close);
  const now = 1_700_000_000_000;
  await fill(db, { count: 3_000, from: now - 10 * DAY, stepMs: 1_000, workspaces: 1 });
  await retain(stores, now, { days: 90, maxRecords: 1_000 });
  expect(await countRows(db, 'deployment')).toBe(1_000);
  expect(await countRows(db, 'delivery')).toBe(1_000);
  await fill(db, { count: 1_500, from: now - 3 * DAY, stepMs: 1_000, workspaces: 1 });
  await retain(stores, now, { days: 90, maxRecords: 1_000 });
  expect(await countRows(db, 'deployment')).toBe(1_000);
  expect(await countRows(db, 'delivery')).toBe(1_500);
});

test('a new database gives pages back, and an older one without that mode keeps working', async () => {
  const { db, close } = await openTemporarySqlite();
  onTestFinished(close);
  const { rows } = await sql<{ autoVacuum: number }>`pragma auto_vacuum`.execute(db);
  expect(rows).toEqual([{ autoVacuum: 2 }]);

  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const older = new DatabaseSync(join(directory, 'meltano-deploy.db'));
  older.exec('PRAGMA journal_mode = WAL; CREATE TABLE filler (value TEXT)');
  older.exec("INSERT INTO filler VALUES (printf('%1000000s', '')); DELETE FROM filler");
  older.close();
  const reopened = await openSqlite(directory);
  expect(await createStores(reopened.db).reclaimSpace()).toBe(false);
  await reopened.close();
  rmSync(directory, { recursive: true });
});

test('a step gives back 200 pages, and after a burst the write-ahead log is cut back to 8 MB', async () => {
  const { directory, db, stores, close } = await openTemporarySqlite();
  onTestFinished(close);
  const log = join(directory, 'meltano-deploy.db-wal');
  const burst = makeEvent('x'.repeat(12_000_000));
  await stores.record({ id: 'burst', name: 'push', receivedAt: 1, event: burst });
  expect(statSync(log).size).toBeGreaterThan(20_000_000);
  await db.deleteFrom('delivery').execute();
  const before = await countPages(db);
  expect(await stores.reclaimSpace()).toBe(true);
  expect(await countPages(db)).toBe(before - 200);
  while (await stores.reclaimSpace());
  await stores.record({ id: 'later', name: 'push', receivedAt: 2, event: makeEvent() });
  expect(statSync(log).size).toBeLessThanOrEqual(8 * 1024 * 1024);
});

/** A database in memory that notes the plan of each query it is given. */
async function openExplained(): Promise<{ stores: Stores; plans: Map<string, string[]> }> {
  const plans = new Map<string, string[]>();
  const database = new DatabaseSync(':memory:');
  const explain = (query: string, parameters: SQLInputValue[]) => {
    if (!/^(select|insert|update|delete) /.test(query)) return;
    const steps = database.prepare(`explain query plan ${query}`).all(...parameters);
    plans.set(
      query,
      steps.map((step) => String(step['detail'])),
    );
  };
  const db = new Kysely<Schema>({
    plugins: [new CamelCasePlugin()],
    dialect: new SqliteDialect({
      database: {
        prepare(query) {
          const statement = database.prepare(query);
          const take = (parameters: readonly unknown[]) => {
            explain(query, parameters as SQLInputValue[]);
            return parameters as SQLInputValue[];
          };
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => statement.all(...take(parameters)),
            run: (parameters) => statement.run(...take(parameters)),
            iterate: (parameters) => statement.iterate(...take(parameters)),
          };
        },
        close: () => database.close(),
      },
    }),
  });
  onTestFinished(() => db.destroy());
  await migrate(db);
  plans.clear();
  return { stores: createStores(db), plans };
}

async function callEverything(stores: Stores): Promise<void> {
  const range = { after: { time: 1, id: '' }, before: { time: 2, id: '' }, limit: 5 };
  await stores.listPendingRepositories();
  await stores.listOpenWorkspaces();
  await stores.listUnreported();
  await stores.listReportable(1);
  await stores.record({ id: 'guid', name: 'push', receivedAt: 1, event: makeEvent() });
  await stores.listPending(1);
  await stores.findDelivery('guid');
  await stores.postpone('guid', 1, 1);
  await stores.commitPlan({
    deliveryId: 'guid',
    outcome: 'push',
    now: 1,
    deployments: [makePlanned({ id: 'old', deliveryId: 'guid', workspaceId: 'w' })],
  });
  await stores.record({ id: 'next', name: 'push', receivedAt: 2, event: makeEvent() });
  await stores.commitPlan({
    deliveryId: 'next',
    outcome: 'push',
    now: 2,
    deployments: [makePlanned({ id: 'new', deliveryId: 'next', workspaceId: 'w', pushedAt: 2_000 })],
  });
  await stores.getDeployment('old');
  const workspace = { account: 'environment', workspaceId: 'w', repositoryId: 1 };
  await stores.listOpen(workspace);
  await stores.saveDeployment('new', { jobId: 'job' });
  await stores.saveReport('new', { reportedRevision: 1 });
  await stores.listTakenJobs(workspace, ['job']);
  await stores.findLastStarted(workspace);
  await stores.findTreeDigest(workspace, { commit: 'a', filter: 'f' });
  await stores.findNewestDigest(workspace, { branch: 'main', pushedAt: 1 });
  await stores.findFirstPending(workspace, 1);
  await stores.findPlannedPush(workspace, 'a');
  await stores.countStarted(workspace, 'bot', 1);
  await stores.listKnownJobs(workspace, 1);
  await stores.listRecent(workspace, 5);
  await stores.listOpenGitHubDeployments(workspace);
  const [open] = await stores.listOpen(workspace);
  if (open) await stores.isReplaced({ ...open, concludedAt: 1 });
  await stores.listUnknownDeliveries(['guid']);
  await stores.readRedeliveries(['guid']);
  await stores.noteRedelivery({ id: 1, guid: 'guid' }, 1);
  await stores.wasRedeliveryRequested('guid');
  await stores.hasPush(1, 'refs/heads/main', 'a');
  await stores.removeDeployments(range);
  await stores.removeDeliveries(range);
  await stores.removeNotes('redelivery', 1, 5);
}

/** These indexes contain only open, pending or owed rows, so a scan of one is short. */
const SHORT_INDEXES =
  /USING (COVERING )?INDEX (deployment_open|deployment_unreported|deployment_twice|delivery_pending)$/;

/** These hold all of a workspace, or nearly so. */
const ALL_OF_A_WORKSPACE =
  /INDEX deployment_(commit|pending|digested) \(account=\? AND workspace_id=\?( AND repository_id=\?)?\)/;

describe('on SQLite, with many old records', () => {
  test('no query goes through all deployments or deliveries, nor through all of one workspace', async () => {
    const { stores, plans } = await openExplained();
    await callEverything(stores);
    expect(plans.size).toBeGreaterThan(25);
    const slow = [...plans].flatMap(([query, steps]) =>
      steps
        .filter((step) => /^SCAN (deployment|delivery|redelivery|old|later|replaced)\b/.test(step))
        .filter((step) => !SHORT_INDEXES.test(step))
        .concat(steps.filter((step) => ALL_OF_A_WORKSPACE.test(step)))
        .map((step) => `${step}: ${query}`),
    );
    expect(slow).toEqual([]);
  });

  test('the bounds by count are found in an index alone', async () => {
    const { stores, plans } = await openExplained();
    await stores.findDeploymentBound(5);
    await stores.findDeliveryBound(5);
    for (const [, steps] of plans) expect(steps).toEqual([expect.stringContaining('USING COVERING INDEX')]);
    expect(plans.size).toBe(2);
  });
});
