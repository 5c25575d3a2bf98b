import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface InspectedDatabase {
  /** The names of the migrations that it had; null: none yet. */
  readonly migrations: readonly string[] | null;
}

/** Looks at the embedded database in `directory` without changing it. Throws when it can't be read. */
export function inspectSqlite(directory: string): InspectedDatabase & { readonly isInUse: boolean } {
  const database = new DatabaseSync(join(directory, 'meltano-deploy.db'), { readOnly: true, timeout: 2_000 });
  try {
    return { isInUse: isLocked(join(directory, 'lock.db')), migrations: listMigrations(database) };
  } finally {
    database.close();
  }
}

function listMigrations(database: DatabaseSync): string[] | null {
  const table = database.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get();
  if (table === undefined) return null;
  return database
    .prepare('select name from kysely_migration order by name')
    .all()
    .map(({ name }) => String(name));
}

/** The app holds the file with an exclusive transaction, so even reading it fails; reading takes nothing from a running app. */
function isLocked(file: string): boolean {
  let lock: DatabaseSync;
  try {
    lock = new DatabaseSync(file, { readOnly: true });
  } catch {
    return false;
  }
  try {
    lock.prepare('select count(*) from sqlite_master').get();
    return false;
  } catch {
    return true;
  } finally {
    lock.close();
  }
}
