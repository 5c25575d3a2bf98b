import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE, explainError, isBusy, LOCK_FILE, retryWhileBusy } from './sqlite-errors.ts';

export interface InspectedDatabase {
  /** The names of the migrations that it had; null: none yet. */
  readonly migrations: readonly string[] | null;
}

/** Looks at the embedded database in `directory` without changing it. Throws an error that is fit for the operator. */
export async function inspectSqlite(
  directory: string,
): Promise<InspectedDatabase & { readonly isInUse: boolean }> {
  return {
    isInUse: await isLocked(directory),
    migrations: await look(directory, DATABASE_FILE, (database) =>
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

/** The app holds the file with an exclusive transaction, so even reading it fails; reading takes nothing from a running app. */
async function isLocked(directory: string): Promise<boolean> {
  if (!existsSync(join(directory, LOCK_FILE))) return false;
  return look(directory, LOCK_FILE, (lock) => {
    try {
      lock.prepare('select count(*) from sqlite_master').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    }
  });
}

async function look<T>(
  directory: string,
  file: string,
  see: (database: DatabaseSync) => T | Promise<T>,
): Promise<T> {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(join(directory, file), { readOnly: true });
    return await see(database);
  } catch (error) {
    throw explainError(error, directory, file);
  } finally {
    database?.close();
  }
}
