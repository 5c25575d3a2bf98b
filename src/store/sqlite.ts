import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CamelCasePlugin, Kysely } from 'kysely';
import { GroupCommitDialect } from './group-commit-dialect.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';

/** The write-ahead log is cut back to this many bytes; SQLite writes it back at 1000 pages (4 MB). */
const LOG_BYTES = 8 * 1024 * 1024;

/** Another process holds the directory. The message is for the operator. */
export class DataDirectoryInUse extends Error {
  override name = 'DataDirectoryInUse';
}

export interface OpenDatabase {
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

/**
 * Opens the embedded database in `directory`, brings it to the newest schema and keeps the directory for this process.
 * Throws `DataDirectoryInUse` when another process has it, or an error that names the directory.
 */
export async function openSqlite(directory: string): Promise<OpenDatabase> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`DATA_DIR ${directory} can't be created: ${(error as Error).message}`, { cause: error });
  }
  const lock = lockDirectory(directory);
  try {
    const database = openFile(join(directory, 'meltano-deploy.db'));
    const db = new Kysely<Schema>({
      dialect: new GroupCommitDialect(database),
      plugins: [new CamelCasePlugin()],
    });
    await migrateAtOnce(db);
    return {
      db,
      close: async () => {
        await db.destroy();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * In one transaction: a process that is killed half-way leaves nothing behind that the next one would stumble over, and
 * only one sync to disk has to be waited for.
 */
async function migrateAtOnce(db: Kysely<Schema>): Promise<void> {
  try {
    await db.transaction().execute((tx) => migrate(tx));
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * An exclusive transaction on a database of its own, open for as long as the process lives: the operating system
 * drops the lock with the process, however it dies, so there is never a stale lock file to remove.
 */
function lockDirectory(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, 'lock.db'));
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new DataDirectoryInUse(
      `DATA_DIR ${directory} is in use by another process of this app. Stop that one, or give this one a DATA_DIR of its own.`,
      { cause: error },
    );
  }
}

function openFile(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  // Only an empty file takes auto_vacuum, so it comes first. A file made without it works as before: pages that became
  // free are filled again, but it gets no shorter until someone runs VACUUM on it with the app stopped.
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON',
  );
  database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
  return database;
}
