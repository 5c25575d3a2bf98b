import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { GroupCommitDialect } from '../../src/store/group-commit-dialect.ts';

interface Notes {
  note: { id: number; text: string };
}

/** What another process would find on disk. */
type OnDisk = () => number[];

function openNotes(): { db: Kysely<Notes>; database: DatabaseSync; onDisk: OnDisk } {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const path = join(directory, 'notes.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  const other = new DatabaseSync(path);
  const db = new Kysely<Notes>({ dialect: new GroupCommitDialect(database) });
  onTestFinished(async () => {
    await db.destroy();
    other.close();
    rmSync(directory, { recursive: true });
  });
  const onDisk = () =>
    other
      .prepare('select id from note order by id')
      .all()
      .map((row) => Number(row['id']));
  return { db, database, onDisk };
}

function add(db: Kysely<Notes>, id: number, text = 'a note'): Promise<unknown> {
  return db.insertInto('note').values({ id, text }).execute();
}

test('writes of one turn are committed together, and each is answered only then', async () => {
  const { db, onDisk } = openNotes();
  const seen: number[][] = [];
  await Promise.all([1, 2, 3].map((id) => add(db, id).then(() => seen.push(onDisk()))));
  expect(seen).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test('a read of rows that are not on disk yet is answered when they are', async () => {
  const { db, onDisk } = openNotes();
  const written = add(db, 1);
  const [found, stored] = await db
    .selectFrom('note')
    .select('id')
    .execute()
    .then((rows) => [rows, onDisk()]);
  expect(found).toEqual([{ id: 1 }]);
  expect(stored).toEqual([1]);
  await written;
});

test('a write that fails takes no other with it', async () => {
  const { db, onDisk } = openNotes();
  const results = await Promise.allSettled([add(db, 1), add(db, 1), add(db, 2)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(onDisk()).toEqual([1, 2]);
});

test('nothing comes between the statements of a transaction, and a rollback undoes only its own', async () => {
  const { db, onDisk } = openNotes();
  const order: string[] = [];
  const failing = db.transaction().execute(async (tx) => {
    order.push('begins');
    await add(tx, 1);
    // Turns in which the others could run.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    order.push('ends');
    throw new Error('changed its mind');
  });
  const others = [2, 3].map((id) =>
    db.transaction().execute(async (tx) => {
      await add(tx, id);
      order.push(`wrote ${id}`);
    }),
  );
  const single = add(db, 4);
  await expect(failing).rejects.toThrow('changed its mind');
  await Promise.all([...others, single]);
  expect(order).toEqual(['begins', 'ends', 'wrote 2', 'wrote 3']);
  expect(onDisk()).toEqual([2, 3, 4]);
});

test('when the commit fails, all that shared it fail, and the next ones are stored', async () => {
  const { db, database, onDisk } = openNotes();
  // A foreign key that is checked at the commit is the one way to have it fail at will.
  database.exec('PRAGMA foreign_keys = ON');
  database.exec(`
    CREATE TABLE answer (note INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER answers AFTER INSERT ON note WHEN new.text = 'bad' BEGIN INSERT INTO answer VALUES (99); END`);
  const transaction = db.transaction().execute((tx) => add(tx, 2));
  const results = await Promise.allSettled([add(db, 1), add(db, 3, 'bad'), transaction]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await add(db, 4);
  expect(onDisk()).toEqual([4]);
});

test('when the database ends the transaction by itself, nothing more is added to it', async () => {
  const { db, database, onDisk } = openNotes();
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON note WHEN new.text = 'bad' BEGIN SELECT RAISE(ROLLBACK, 'database is full'); END",
  );
  const first = add(db, 1);
  const transaction = db.transaction().execute(async (tx) => {
    await add(tx, 2);
    await add(tx, 3, 'bad').catch(() => undefined);
    await add(tx, 4);
  });
  const results = await Promise.allSettled([first, transaction]);
  expect(results).toMatchObject([
    { status: 'rejected', reason: { message: 'database is full' } },
    { status: 'rejected', reason: { message: 'The transaction was rolled back before its end.' } },
  ]);
  await add(db, 5);
  expect(onDisk()).toEqual([5]);
});

test('a pragma that works outside of a transaction only has its turn between them', async () => {
  const { db } = openNotes();
  const written = add(db, 1);
  const { rows } = await sql<{ busy: number; log: number }>`pragma wal_checkpoint(passive)`.execute(db);
  expect(rows[0]).toMatchObject({ busy: 0 });
  expect(rows[0]?.log).toBeGreaterThan(0);
  await written;
});

test('closing waits for running statements', async () => {
  const { db, onDisk } = openNotes();
  const begun = Promise.withResolvers<void>();
  const written = db.transaction().execute(async (tx) => {
    begun.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    await add(tx, 1);
  });
  await begun.promise;
  await db.destroy();
  await written;
  expect(onDisk()).toEqual([1]);
});
