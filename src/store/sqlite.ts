import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CamelCasePlugin, Kysely } from 'kysely';
import { GroupCommitDialect } from './group-commit-dialect.ts';
import { migrate } from './migrations.ts';
import type { Schema } from './schema.ts';
import {
  DATABASE_FILE,
  DataDirectoryProblem,
  explainError,
  findUnusable,
  isBusy,
  LOCK_FILE,
  retryWhileBusy,
} from './sqlite-errors.ts';

/** The write-ahead log is cut back to this many bytes; SQLite writes it back at 1000 pages (4 MB). */
const LOG_BYTES = 8 * 1024 * 1024;

/** Another process holds the directory. The message is for the operator. */
export class DataDirectoryInUse extends Error {
  override name = 'DataDirectoryInUse';
}

/** Reading and writing for the owner, nothing for anyone else. */
const OWNER_ONLY = 0o600;
/** The doctor of a running app looks at the lock for a moment (milliseconds). */
const LOCK_WAIT_MS = 500;

export interface OpenDatabase {
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

/**
 * Opens the embedded database in `directory`, brings it to the newest schema and keeps the directory for this process.
 * Throws `DataDirectoryInUse` when another process has it, or an error that names the directory and what to do.
 */
export async function openSqlite(directory: string): Promise<OpenDatabase> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const unusable = findUnusable(directory);
    if (unusable) throw new DataDirectoryProblem(directory, unusable, error);
    throw new Error(
      `DATA_DIR ${directory} can't be created: ${(error as Error).message}. Create it for the user that runs the app, or set DATA_DIR to another one.`,
      { cause: error },
    );
  }
  const lock = await lockDirectory(directory);
  try {
    const database = await openFile(directory);
    const explain = (error: unknown) => explainError(error, directory);
    const db = new Kysely<Schema>({
      dialect: new GroupCommitDialect(database, explain),
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
    const { cause } = error as Error;
    throw cause instanceof DataDirectoryProblem ? cause : error;
  }
}

/**
 * An exclusive transaction on a database of its own, open for as long as the process lives: the operating system
 * drops the lock with the process, however it dies, so there is never a stale lock file to remove. The write in it is
 * never committed: it fails where the file can't be written, which SQLite would open for reading only, and share.
 */
async function lockDirectory(directory: string): Promise<DatabaseSync> {
  let lock: DatabaseSync | null = null;
  try {
    keepToOwner(directory, LOCK_FILE);
    const opened = new DatabaseSync(join(directory, LOCK_FILE));
    lock = opened;
    await retryWhileBusy(
      () => opened.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1'),
      LOCK_WAIT_MS,
    );
    return opened;
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw explainError(error, directory, LOCK_FILE);
    throw new DataDirectoryInUse(
      `DATA_DIR ${directory} is in use by another process of this app. Stop that one, or give this one a DATA_DIR of its own.`,
      { cause: error },
    );
  }
}

async function openFile(directory: string): Promise<DatabaseSync> {
  let database: DatabaseSync | null = null;
  try {
    // SQLite gives a new log and its index the mode of the database.
    keepToOwner(directory, DATABASE_FILE);
    const opened = new DatabaseSync(join(directory, DATABASE_FILE));
    database = opened;
    await retryWhileBusy(() => {
      // Only an empty file takes auto_vacuum, so it comes first. A file made without it works as before: pages that became
      // free are filled again, but it gets no shorter until someone runs VACUUM on it with the app stopped.
      opened.exec('PRAGMA auto_vacuum = INCREMENTAL');
      opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
      // What is removed is overwritten: a commit's message doesn't stay in the file.
      opened.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}; PRAGMA secure_delete = ON`);
    });
    return opened;
  } catch (error) {
    database?.close();
    throw explainError(error, directory);
  }
}

/** Also in a directory that others may read. What can't be done here is told by opening the database. */
function keepToOwner(directory: string, name: string): void {
  const path = join(directory, name);
  try {
    // Only a new file: closing one that is open elsewhere in the process would end its locks.
    closeSync(openSync(path, 'ax', OWNER_ONLY));
  } catch {}
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      if (statSync(file).isFile()) chmodSync(file, OWNER_ONLY);
    } catch {}
  }
}
