import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { copyStore, TargetNotEmpty } from '../../src/store/copy-store.ts';
import { createStores, type Stores } from '../../src/store/create-stores.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { buildPlanned } from '../unit/domain/deployment-builder.ts';
import { buildPush, buildRepository } from '../unit/domain/push-builder.ts';
import {
  createDatabase,
  emptyDatabase,
  listPostgresDatabases,
  type StartedDatabase,
} from './postgres-databases.ts';

const BIN = join(import.meta.dirname, '../../bin/meltano-deploy.mjs');
const SERVER = process.env['TEST_DATABASE_URL'];
const REPOSITORY = buildRepository({ id: 9_007_199_254 });

function makeTemporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** More pushes than one batch copies, one deployment, and rows in the other tables. */
async function fill(stores: Stores): Promise<string> {
  const id = randomUUID();
  const event = buildPush({ repository: REPOSITORY, before: 'b', after: 'a' });
  const deliveries = Array.from({ length: 1_100 }, (_, n) =>
    stores.record({ id: `guid-${n}`, name: 'push', receivedAt: 1_800_000_000_000 + n, event }),
  );
  await Promise.all(deliveries);
  const planned = buildPlanned({
    id,
    workspaceId: 'w',
    repositoryId: REPOSITORY.id,
    deliveryId: 'guid-1',
    sha: 'a',
    before: 'b',
    requestedByBot: true,
    receivedAt: 1_800_000_000_001,
    problem: "it's 100 % \\ “odd”",
  });
  await stores.commitPlan({ deliveryId: 'guid-1', outcome: 'push', deployments: [planned], now: 2 });
  await stores.learnRepository(REPOSITORY, 'acme/old', 1);
  await stores.saveBranchHead(REPOSITORY.id, 'main', { sha: 'a', candidate: { sha: 'b', seenAt: 5 } });
  await stores.saveDeliveriesSweptAt(7);
  return id;
}

describe.each(listPostgresDatabases())('an embedded database copied to $name', ({ start }) => {
  let started: StartedDatabase;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started.stop());
  beforeEach(() => emptyDatabase(started.db));

  async function openSource() {
    const source = await openSqlite(makeTemporary());
    onTestFinished(() => source.close());
    return { source, stores: createStores(source.db) };
  }

  test('is all there, value by value', async () => {
    const { source, stores } = await openSource();
    const id = await fill(stores);
    const copied = await copyStore(source.db, started.db);
    expect(copied).toContainEqual({ name: 'delivery', rows: 1_100 });
    expect(copied).toContainEqual({ name: 'deployment', rows: 1 });
    const target = createStores(started.db);
    expect(await target.getDeployment(id)).toEqual(await stores.getDeployment(id));
    expect(await target.listPending(REPOSITORY.id)).toEqual(await stores.listPending(REPOSITORY.id));
    expect(await target.getRepository(REPOSITORY.id)).toEqual(REPOSITORY);
    expect((await target.listNames(REPOSITORY.id)).sort()).toEqual(['acme/data', 'acme/old']);
    expect(await target.readBranchHead(REPOSITORY.id, 'main')).toEqual({
      sha: 'a',
      candidate: { sha: 'b', seenAt: 5 },
    });
    expect(await target.readBeginning()).toBe(await stores.readBeginning());
    expect(await target.readDeliveriesSweptAt()).toBe(7);
  });

  test('is refused by a target that is not empty, which stays as it was', async () => {
    const { source, stores } = await openSource();
    await fill(stores);
    const target = createStores(started.db);
    const beginning = await target.readBeginning();
    await target.noteRedelivery({ id: 1, guid: 'guid' }, 1);
    await expect(copyStore(source.db, started.db)).rejects.toThrow(TargetNotEmpty);
    expect(await target.listPendingRepositories()).toEqual([]);
    expect(await target.readBeginning()).toBe(beginning);
  });

  test('goes in whole or not at all', async () => {
    const { source, stores } = await openSource();
    await fill(stores);
    await sql`alter table swept_repository add constraint none check (pushed_at < 0)`.execute(started.db);
    onTestFinished(async () => {
      await sql`alter table swept_repository drop constraint none`.execute(started.db);
    });
    await stores.saveSweptPush(REPOSITORY.id, 1);
    await expect(copyStore(source.db, started.db)).rejects.toThrow('none');
    expect(await createStores(started.db).listPendingRepositories()).toEqual([]);
  });
});

describe('meltano-deploy migrate-store', () => {
  function run(...words: string[]) {
    const args = ['--disable-warning=ExperimentalWarning', BIN, 'migrate-store', ...words];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  test('says how it is used, and that there is nothing to copy', () => {
    expect(run()).toMatchObject({ status: 2, output: expect.stringContaining('Usage: meltano-deploy') });
    const empty = makeTemporary();
    expect(run('--from', empty, '--to', 'postgres://127.0.0.1:1/none')).toEqual({
      status: 1,
      output: `Nothing was copied: There is no database of this app in ${empty}.\n`,
    });
  });

  test.skipIf(!SERVER)('copies once, and not a second time', async () => {
    const directory = makeTemporary();
    const source = await openSqlite(directory);
    await fill(createStores(source.db));
    await source.close();
    const database = await createDatabase(SERVER ?? '');
    onTestFinished(() => database.drop());
    const first = run('--from', directory, '--to', database.url);
    expect(first).toMatchObject({ status: 0, output: expect.stringMatching(/^delivery +1100$/m) });
    const second = run('--from', directory, '--to', database.url);
    expect(second).toMatchObject({ status: 1, output: expect.stringContaining('The target is not empty') });
  });
});
