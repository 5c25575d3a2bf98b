import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Configuration } from '../../config/environment.ts';
import { inspectPostgres } from '../../store/inspect-postgres.ts';
import { inspectSqlite } from '../../store/inspect-sqlite.ts';
import { compareMigrations } from '../../store/migrations.ts';
import { DATABASE_FILE, DataDirectoryProblem, findUnusable } from '../../store/sqlite-errors.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong, note } = findingsOf('database');

/** Checks that the database is usable and has this version's tables. Changes nothing and doesn't disturb a running app. */
export async function checkDatabase(configuration: Configuration): Promise<Finding[]> {
  const { databaseUrl, dataDirectory } = configuration;
  return databaseUrl ? checkPostgres(databaseUrl) : checkEmbedded(dataDirectory);
}

async function checkPostgres(url: string): Promise<Finding[]> {
  try {
    const { version, migrations } = await inspectPostgres(url);
    return [
      ok(`The PostgreSQL server of DATABASE_URL answers (version ${version})`),
      ...judgeMigrations(migrations),
    ];
  } catch (error) {
    const { message } = error as Error;
    return [
      wrong(
        `The PostgreSQL server of DATABASE_URL can't be used: ${message}`,
        'Start the server, or correct host, user, password and database in DATABASE_URL',
      ),
    ];
  }
}

async function checkEmbedded(directory: string): Promise<Finding[]> {
  const folder = resolve(directory);
  if (!isWritable(folder)) {
    return [
      wrong(
        `DATA_DIR ${directory} can't be written by this user`,
        'Give the directory to the user that runs the app, or set DATA_DIR to another one',
      ),
    ];
  }
  const unusable = findUnusable(folder);
  if (unusable) {
    return [wrong(`DATA_DIR ${directory} can't be used: ${unusable.problem}`, unusable.advice)];
  }
  if (!existsSync(join(folder, DATABASE_FILE))) {
    return [note(`There is no database in DATA_DIR ${directory} yet: the first start creates it`)];
  }
  try {
    const { isInUse, migrations } = await inspectSqlite(folder);
    const use = isInUse ? 'an app is running on it' : 'no app is running on it';
    return [ok(`The database in DATA_DIR ${directory} can be read; ${use}`), ...judgeMigrations(migrations)];
  } catch (error) {
    const { problem, advice } = error instanceof DataDirectoryProblem ? error.trouble : describeOther(error);
    return [
      wrong(
        `The database in DATA_DIR ${directory} can't be read: ${problem}`,
        `Run the doctor as the user that runs the app. ${advice}`,
      ),
    ];
  }
}

function describeOther(error: unknown): DataDirectoryProblem['trouble'] {
  const advice = 'If the file is damaged, stop the app, and restore a backup or move the file away';
  return { problem: (error as Error).message, advice };
}

/** A missing folder can be created if the nearest one above it is writable. */
function isWritable(folder: string): boolean {
  if (!existsSync(folder)) return folder !== dirname(folder) && isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `migrations` are the applied ones; null if the database is empty. */
function judgeMigrations(migrations: readonly string[] | null): Finding[] {
  if (migrations === null) return [note('The database is empty: the first start creates its tables')];
  const { due, unknown, isFromDevelopment } = compareMigrations(migrations);
  if (isFromDevelopment) {
    return [
      wrong(
        'The database was made by a development version from before the first release',
        'Move DATA_DIR aside, or drop the tables in the database of DATABASE_URL, and start again',
      ),
    ];
  }
  if (unknown.length > 0) {
    return [
      wrong(
        `The database is from a newer version of the app (${unknown.join(', ')})`,
        "Start that version or a newer one: a database can't be downgraded",
      ),
    ];
  }
  if (due.length > 0)
    return [note(`The database is from an older version: the next start updates it (${due.join(', ')})`)];
  return [ok('The database has the tables of this version')];
}
