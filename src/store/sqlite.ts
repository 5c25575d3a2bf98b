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

/** SQLite truncates the write-ahead log to this size. It checkpoints the log at 1000 pages (4 MB). */
const LOG_BYTES = 8 * 1024 * 1024;

/** Another process uses the directory. The message is for the operator. */
export class DataDirectoryInUse extends Error {
  override name = 'DataDirectoryInUse';
}

const OWNER_ONLY = 0o600;
/** The doctor may read the lock file for a moment. */
const LOCK_WAIT_MS = 500;

export interface OpenDatabase {
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

/**
 * Opens the embedded database in `directory`, migrates it and locks the directory for this process. Throws
 * `DataDirectoryInUse` if another process uses the directory, or an error that names the directory and what to do.
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
 * Migrates in one transaction: a process that is killed half-way leaves a database that the next one can migrate, and the
 * start waits for only one sync to disk.
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
 * Keeps an exclusive transaction open on a separate database. The operating system releases the lock when the process
 * ends, so a lock file is never stale. The uncommitted write makes a read-only file fail: SQLite would only share it.
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
      // auto_vacuum comes first: it has an effect only on an empty file. A file that was created without it reuses free
      // pages, but shrinks only by a VACUUM.
      opened.exec('PRAGMA auto_vacuum = INCREMENTAL');
      opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
      // secure_delete overwrites removed data, such as commit messages.
      opened.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}; PRAGMA secure_delete = ON`);
    });
    return opened;
  } catch (error) {
    database?.close();
    throw explainError(error, directory);
  }
}

/** Keeps the file private even in a readable directory. Ignores errors: opening the database reports them. */
function keepToOwner(directory: string, name: string): void {
  const path = join(directory, name);
  try {
    // Creates a new file only: closing one that the process has open elsewhere would release its locks.
    closeSync(openSync(path, 'ax', OWNER_ONLY));
  } catch {}
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      if (statSync(file).isFile()) chmodSync(file, OWNER_ONLY);
    } catch {}
  }
}
