import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLeaseContext } from '../../src/scheduling/lease-context.ts';
import { startPgBossDispatcher } from '../../src/scheduling/pg-boss-dispatcher.ts';
import { createStores } from '../../src/store/create-stores.ts';
import { inspectPostgres } from '../../src/store/inspect-postgres.ts';
import { createLeaseStore } from '../../src/store/lease-store.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { PATIENCE } from '../patience.ts';
import { createDatabase } from './postgres-databases.ts';

const SERVER = process.env['TEST_DATABASE_URL'];
const POOLER = process.env['TEST_POOLER_URL'];
if (SERVER && !POOLER) console.warn('Skipped: PgBouncer is not installed (apt-get install pgbouncer)');

async function openThroughPooler(instances = 1) {
  const database = await createDatabase(SERVER ?? '');
  onTestFinished(() => database.drop());
  const url = new URL(POOLER ?? '');
  url.pathname = new URL(database.url).pathname;
  const leases = createLeaseContext();
  const [opened, ...others] = await Promise.all(
    Array.from({ length: instances }, () =>
      openPostgres({ url: url.href, leases, onConnectionLost: () => {} }),
    ),
  );
  if (!opened) throw new Error('Nothing was opened.');
  onTestFinished(async () => void (await Promise.all([opened, ...others].map((one) => one.close()))));
  return { ...opened, url: url.href, directUrl: database.url, leases };
}

describe.skipIf(!POOLER)('PgBouncer in transaction mode, with its defaults', () => {
  test('takes the tables, the stores and the doctor’s look', async () => {
    const { db, url, directUrl, isPooled } = await openThroughPooler();
    const beginnings = await Promise.all(Array.from({ length: 30 }, () => createStores(db).readBeginning()));
    expect(new Set(beginnings).size).toBe(1);
    expect((await inspectPostgres(url)).migrations).toEqual((await inspectPostgres(directUrl)).migrations);
    expect(isPooled).toBe(true);
    const direct = await openPostgres({
      url: directUrl,
      leases: createLeaseContext(),
      onConnectionLost: () => {},
    });
    onTestFinished(() => direct.close());
    expect(direct.isPooled).toBe(false);
  });

  test('lets instances that start together change the tables once, and keeps no lock', async () => {
    const { url, directUrl } = await openThroughPooler(4);
    const direct = new pg.Client({ connectionString: directUrl });
    await direct.connect();
    onTestFinished(() => direct.end());
    const { rows } = await direct.query(
      "select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = $1)",
      [new URL(url).pathname.slice(1)],
    );
    expect(rows).toEqual([]);
  });

  test('hands on wake-ups, and nothing of that is a problem', async () => {
    const { db, url, leases, isPooled } = await openThroughPooler();
    const problems: unknown[] = [];
    const handled: string[] = [];
    const dispatchers = await Promise.all(
      [1, 2].map(() =>
        startPgBossDispatcher({
          boss: { connectionString: url, useListenNotify: !isPooled },
          store: createLeaseStore(db),
          leases,
          onError: (error) => problems.push(error),
          onProblem: (problem) => problems.push(problem),
        }),
      ),
    );
    onTestFinished(async () => void (await Promise.all(dispatchers.map((one) => one.stop()))));
    for (const dispatcher of dispatchers) {
      dispatcher.handle('workspace', async (key) => {
        handled.push(key);
        return null;
      });
    }
    dispatchers[0]?.wake('workspace', 'now');
    dispatchers[1]?.wake('workspace', 'later', 300);
    await vi.waitFor(() => expect(handled.toSorted()).toEqual(['later', 'now']), PATIENCE);
    expect(problems).toEqual([]);
  });

  test('limits each statement on the server, and leaves no setting behind for its other clients', async () => {
    const { db, url } = await openThroughPooler();
    const limits = sql<{ statement: string; idle: string }>`
      select current_setting('statement_timeout') as statement,
        current_setting('idle_in_transaction_session_timeout') as idle`;
    expect((await limits.execute(db)).rows).toEqual([{ statement: '4s', idle: '5s' }]);
    await db.transaction().execute(async (tx) => {
      expect((await limits.execute(tx)).rows).toEqual([{ statement: '4s', idle: '5s' }]);
    });
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    onTestFinished(() => other.end());
    for (let count = 0; count < 20; count += 1) {
      const { rows } = await other.query("select current_setting('statement_timeout') as statement");
      expect(rows).toEqual([{ statement: '0' }]);
    }
  });
});

test.skipIf(!SERVER)('a write that waits too long is refused in time, and is not made later', async () => {
  const database = await createDatabase(SERVER ?? '');
  onTestFinished(() => database.drop());
  const { db, close } = await openPostgres({
    url: database.url,
    leases: createLeaseContext(),
    onConnectionLost: () => {},
  });
  onTestFinished(() => close());
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('begin; lock table note in exclusive mode');
  const write = db.insertInto('note').values({ name: 'installation_7_resumed_at', value: 1 }).execute();
  await expect(write).rejects.toThrow('canceling statement due to statement timeout');
  await holder.query('commit');
  expect(
    await db.selectFrom('note').select('name').where('name', '=', 'installation_7_resumed_at').execute(),
  ).toEqual([]);
});
