import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE, explainError, isBusy, LOCK_FILE, retryWhileBusy } from './sqlite-errors.ts';

export interface InspectedDatabase {
  /** The names of the applied migrations; null if the database is new. */
  readonly migrations: readonly string[] | null;
}

/** Reads the state of the embedded database without changing it. Throws an error with a message for the operator. */
export async function inspectSqlite(
  directory: string,
): Promise<InspectedDatabase & { readonly isInUse: boolean }> {
  return {
    isInUse: await isLocked(directory),
    migrations: await readFile(directory, DATABASE_FILE, (database) =>
      retryWhileBusy(() => listMigrations(database)),
    ),
  };
}

function listMigrations(database: DatabaseSync): string[] | null {
  const table = database.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get();
  if (table === undefined) return null;
  return database
    .prepare('select name from kysely_migration order by name')
    .all()
    .map(({ name }) => String(name));
}

/** A running app holds an exclusive transaction on the lock file, so reading it fails as busy. */
async function isLocked(directory: string): Promise<boolean> {
  if (!existsSync(join(directory, LOCK_FILE))) return false;
  return readFile(directory, LOCK_FILE, (lock) => {
    try {
      lock.prepare('select count(*) from sqlite_master').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    }
  });
}

async function readFile<T>(
  directory: string,
  file: string,
  read: (database: DatabaseSync) => T | Promise<T>,
): Promise<T> {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(join(directory, file), { readOnly: true });
    return await read(database);
  } catch (error) {
    throw explainError(error, directory, file);
  } finally {
    database?.close();
  }
}
