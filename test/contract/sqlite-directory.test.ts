import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createStores } from '../../src/store/create-stores.ts';
import { GroupCommitDialect } from '../../src/store/group-commit-dialect.ts';
import { inspectSqlite } from '../../src/store/inspect-sqlite.ts';
import { DataDirectoryInUse, openSqlite } from '../../src/store/sqlite.ts';
import { explainError } from '../../src/store/sqlite-errors.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';

/** Root may write everything, so another user tries. */
const OTHER_USER = process.getuid?.() === 0 ? 65_534 : undefined;
const OPEN = `
  import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite.ts'))};
  await openSqlite(process.argv[1]).then(() => console.log('opened'), (error) => console.log(error.message));
`;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A directory that the app used as an ordinary user. */
async function makeUsed(): Promise<string> {
  const folder = makeFolder();
  await (await openSqlite(folder)).close();
  if (OTHER_USER) {
    for (const name of ['', 'lock.db', 'meltano-deploy.db'])
      chownSync(join(folder, name), OTHER_USER, OTHER_USER);
  }
  return folder;
}

/** What a process of an ordinary user says. */
async function openAsOther(folder: string): Promise<string> {
  const identity = OTHER_USER ? { uid: OTHER_USER, gid: OTHER_USER } : {};
  const args = ['--no-warnings', '--input-type=module', '--eval', OPEN, folder];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, identity, (error, output) =>
      error ? reject(error) : resolve(output.trim()),
    );
  });
}

describe('a directory that can’t be used', () => {
  test('is opened by an ordinary user who owns it all', async () => {
    expect(await openAsOther(await makeUsed())).toBe('opened');
  });

  test.each(['lock.db', 'meltano-deploy.db'])(
    'for its %s, which another user made, is refused',
    async (name) => {
      const folder = await makeUsed();
      chmodSync(join(folder, name), 0o444);
      if (OTHER_USER) chownSync(join(folder, name), 0, 0);
      expect(await openAsOther(folder)).toMatch(
        new RegExp(
          `^DATA_DIR ${folder} can't be used: its ${name} belongs to user \\d+ \\(mode 444\\), and user \\d+.*chown`,
        ),
      );
    },
  );

  test('because nothing may be made in it is refused', async () => {
    const folder = await makeUsed();
    rmSync(join(folder, 'lock.db'));
    chmodSync(folder, 0o555);
    expect(await openAsOther(folder)).toMatch(/can't be used: it belongs to user \d+ \(mode 555\)/);
  });

  test('since it is a file, or one of its files is a directory, is refused', async () => {
    const file = join(makeFolder(), 'data');
    writeFileSync(file, '');
    await expect(openSqlite(file)).rejects.toThrow(`DATA_DIR ${file} can't be used: it is not a directory`);
    const folder = makeFolder();
    mkdirSync(join(folder, 'lock.db'));
    await expect(openSqlite(folder)).rejects.toThrow(
      `DATA_DIR ${folder} can't be used: its lock.db is not a file`,
    );
  });

  test.each([
    [
      'lock.db',
      /its lock\.db is damaged \(file is not a database\)\. It holds no data: .*remove the file\.$/,
    ],
    ['meltano-deploy.db', /its meltano-deploy\.db is damaged \(file is not a database\)\. .*backup/],
  ])('for its %s, which is no database, is refused', async (name, message) => {
    const folder = makeFolder();
    writeFileSync(
      join(folder, name),
      'no database at all, and longer than the header of one is: '.repeat(20),
    );
    await expect(openSqlite(folder)).rejects.toThrow(message);
    if (name === 'lock.db') new DatabaseSync(join(folder, 'meltano-deploy.db')).close();
    await expect(inspectSqlite(folder)).rejects.toThrow(message);
  });

  test('because the disk is full is reported', async () => {
    const folder = makeFolder();
    const database = new DatabaseSync(join(folder, 'notes.db'));
    database.exec('create table note (text text); pragma max_page_count = 2');
    const db = new Kysely<{ note: { text: string } }>({
      dialect: new GroupCommitDialect(database, (error) => explainError(error, folder)),
    });
    onTestFinished(() => db.destroy());
    const message = `DATA_DIR ${folder} can't be used: the disk is full. Make room on it.`;
    const write = () =>
      db
        .insertInto('note')
        .values({ text: 'x'.repeat(10_000) })
        .execute();
    await expect(write()).rejects.toThrow(message);
    const grow = db.transaction().execute((tx) =>
      tx
        .insertInto('note')
        .values({ text: 'x'.repeat(10_000) })
        .execute(),
    );
    await expect(grow).rejects.toThrow(message);
    await expect(sql`select`.execute(db)).rejects.toThrow('incomplete input');
  });
});

describe('a database that another program holds', () => {
  test('is waited for without blocking the process', async () => {
    const folder = makeFolder();
    const { db, close } = await openSqlite(folder);
    onTestFinished(() => close());
    const other = new DatabaseSync(join(folder, 'meltano-deploy.db'));
    onTestFinished(() => other.close());
    other.exec('begin immediate');
    const repository = buildRepository({ id: 1, installationId: 2, private: false });
    const write = createStores(db).learnRepository(repository, null, 1);
    const transaction = db.transaction().execute((tx) => tx.selectFrom('note').select('name').execute());
    // Nobody could let go of it while the process stood still.
    setTimeout(() => other.exec('commit'), 100);
    await write;
    await transaction;
    expect(await createStores(db).listNames(1)).toEqual(['acme/data']);
  });

  test('is waited for at the start, too', async () => {
    const folder = makeFolder();
    await (await openSqlite(folder)).close();
    const other = new DatabaseSync(join(folder, 'meltano-deploy.db'));
    onTestFinished(() => other.close());
    other.exec('begin immediate');
    setTimeout(() => other.exec('commit'), 100);
    await (await openSqlite(folder)).close();
  });
});

describe('the files', () => {
  const FILES = ['lock.db', 'meltano-deploy.db', 'meltano-deploy.db-wal', 'meltano-deploy.db-shm'];

  test('are their owner’s only, in a directory that everyone may read, new or from before', async () => {
    const folder = makeFolder();
    chmodSync(folder, 0o755);
    const before = process.umask(0o022);
    try {
      const modes = () => FILES.map((name) => statSync(join(folder, name)).mode & 0o777);
      const database = await openSqlite(folder);
      expect(modes()).toEqual(FILES.map(() => 0o600));
      for (const name of FILES) chmodSync(join(folder, name), 0o644);
      await expect(openSqlite(folder), 'the lock holds').rejects.toThrow(DataDirectoryInUse);
      await database.close();
      const again = await openSqlite(folder);
      expect(modes()).toEqual(FILES.map(() => 0o600));
      await again.close();
    } finally {
      process.umask(before);
    }
  });

  test('hold no commit’s message once its push is planned', async () => {
    const folder = makeFolder();
    const [short, long] = ['the-merger-is-on-friday', 'the-long-merger '.repeat(2_000)];
    const database = await openSqlite(folder);
    const stores = createStores(database.db);
    const ids = [short, long].map((message, n) => ({ id: `guid-${n}`, message }));
    for (const { id, message } of ids) {
      await stores.record({
        id,
        name: 'push',
        receivedAt: 1,
        event: buildPush({
          repository: buildRepository({ id: 1 }),
          before: 'b',
          after: 'a',
          pushedAt: 1,
          message,
        }),
      });
    }
    const read = () => readFileSync(join(folder, 'meltano-deploy.db'), 'latin1');
    await sql`pragma wal_checkpoint(truncate)`.execute(database.db);
    expect(read()).toContain(short);
    for (const { id } of ids) {
      await stores.commitPlan({ deliveryId: id, outcome: 'push', deployments: [], now: 2 });
    }
    await database.close();
    expect(read()).not.toContain(short);
    expect(read()).not.toContain('the-long-merger');
  });
});
