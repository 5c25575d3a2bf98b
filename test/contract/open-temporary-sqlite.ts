import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStores } from '../../src/store/create-stores.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

/** An embedded database in a directory of its own, which goes when it is closed. */
export async function openTemporarySqlite() {
  const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
  const database = await openSqlite(directory);
  const close = async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  };
  const { db } = database;
  return { directory, database, db, stores: createStores(db), close };
}
