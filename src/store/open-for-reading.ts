import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CamelCasePlugin, type Dialect, Kysely } from 'kysely';
import { GroupCommitDialect } from './group-commit-dialect.ts';
import { inspectPostgres } from './inspect-postgres.ts';
import { inspectSqlite } from './inspect-sqlite.ts';
import { compareMigrations } from './migrations.ts';
import { createReadingDialect } from './postgres.ts';
import type { Schema } from './schema.ts';
import { DATABASE_FILE, explainError } from './sqlite-errors.ts';

/** Opens the database beside a running app: without its lock, and without changing anything. */
export async function openForReading({
  databaseUrl,
  dataDirectory,
}: {
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
}): Promise<Kysely<Schema>> {
  if (databaseUrl !== null) {
    requireTables((await inspectPostgres(databaseUrl)).migrations);
    return connect(createReadingDialect(databaseUrl));
  }
  if (!existsSync(join(dataDirectory, DATABASE_FILE))) {
    throw new Error(`There is no database of this app in DATA_DIR ${dataDirectory}`);
  }
  requireTables((await inspectSqlite(dataDirectory)).migrations);
  const database = new DatabaseSync(join(dataDirectory, DATABASE_FILE), { readOnly: true });
  return connect(new GroupCommitDialect(database, (error) => explainError(error, dataDirectory)));
}

function connect(dialect: Dialect): Kysely<Schema> {
  return new Kysely<Schema>({ dialect, plugins: [new CamelCasePlugin()] });
}

function requireTables(names: readonly string[] | null): void {
  const { due, unknown, isFromDevelopment } = compareMigrations(names ?? []);
  if (due.length > 0 || unknown.length > 0 || isFromDevelopment) {
    throw new Error("The database has the tables of another version of this app: use that version's command");
  }
}
