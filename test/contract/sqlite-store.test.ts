import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createStores } from '../../src/store/create-stores.ts';
import { DataDirectoryInUse, openSqlite } from '../../src/store/sqlite.ts';
import { buildRepository } from '../unit/domain/push-builder.ts';
import { describeAccounts } from './accounts.contract.ts';
import { describeApprovals } from './approval.contract.ts';
import { describeAudit } from './audit.contract.ts';
import { describeBacklog } from './backlog.contract.ts';
import { describeCommandStore } from './command-store.contract.ts';
import { describeConfigurationStore } from './configuration.contract.ts';
import { describeFailureComments } from './failure-comment.contract.ts';
import { describeHealth } from './health.contract.ts';
import { describeLocks } from './lock.contract.ts';
import { describeLogLimits } from './log-limit.contract.ts';
import { describeNotifications } from './notifications.contract.ts';
import { openTemporarySqlite } from './open-temporary-sqlite.ts';
import { describePipelineWatches } from './pipeline-watch.contract.ts';
import { describeRequiredCheckStore } from './required-check.contract.ts';
import { describeStore } from './store.contract.ts';

describeStore('SQLite', openTemporarySqlite);
describeAccounts('SQLite', openTemporarySqlite);
describeConfigurationStore('SQLite', openTemporarySqlite);
describeBacklog('SQLite', openTemporarySqlite);
describePipelineWatches('SQLite', openTemporarySqlite);
describeRequiredCheckStore('SQLite', openTemporarySqlite);
describeLocks('SQLite', openTemporarySqlite);
describeApprovals('SQLite', openTemporarySqlite);
describeHealth('SQLite', openTemporarySqlite);
describeCommandStore('SQLite', openTemporarySqlite);
describeFailureComments('SQLite', openTemporarySqlite);
describeNotifications('SQLite', openTemporarySqlite);
describeLogLimits('SQLite', openTemporarySqlite);
describeAudit('SQLite', openTemporarySqlite);

test('a directory belongs to one process at a time, and is free again after a close', async () => {
  const { directory, database } = await openTemporarySqlite();
  await expect(openSqlite(directory)).rejects.toThrow(DataDirectoryInUse);
  await expect(openSqlite(directory)).rejects.toThrow(directory);
  await database.close();
  await (await openSqlite(directory)).close();
  rmSync(directory, { recursive: true });
});

test('what was stored is there after a reopening, with the schema migrated once', async () => {
  const { directory, database, stores } = await openTemporarySqlite();
  await stores.learnRepository(buildRepository({ id: 1, installationId: 2, private: false }), null, 1);
  await database.close();
  const again = await openSqlite(directory);
  expect(await createStores(again.db).listNames(1)).toEqual(['acme/data']);
  await again.close();
  rmSync(directory, { recursive: true });
});

test('a database of a newer version is refused, and says so', async () => {
  const { directory, database } = await openTemporarySqlite();
  await sql`insert into kysely_migration (name, timestamp) values ('9999-future', ${new Date().toISOString()})`.execute(
    database.db,
  );
  await database.close();
  await expect(openSqlite(directory)).rejects.toThrow(
    /^The database was used by a newer version of this app/,
  );
  rmSync(directory, { recursive: true });
});

test.each(['0001-first', '0001-tables'])(
  'a database from before the first release (%s) is refused, and the operator is told what to do',
  async (name) => {
    const { directory, database } = await openTemporarySqlite();
    await sql`update kysely_migration set name = ${name}`.execute(database.db);
    await database.close();
    await expect(openSqlite(directory)).rejects.toThrow(
      /^The database was made by a development version .* Move DATA_DIR aside, or drop the tables/,
    );
    rmSync(directory, { recursive: true });
  },
);

test('a change of the tables that fails half-way leaves nothing of itself behind', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const file = new DatabaseSync(join(directory, 'meltano-deploy.db'));
  // In the way of a table that comes after others.
  file.exec('create table redelivery (guid text)');
  await expect(openSqlite(directory)).rejects.toThrow("can't be migrated");
  file.exec('drop table redelivery');
  file.close();
  await (await openSqlite(directory)).close();
  rmSync(directory, { recursive: true });
});

test('a directory that can not be made is named in the error', async () => {
  await expect(openSqlite('/dev/null/data')).rejects.toThrow("DATA_DIR /dev/null/data can't be created");
});
