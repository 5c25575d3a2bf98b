import type { Kysely } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { createTables } from './migrations/0001-release.ts';
import type { Schema } from './schema.ts';

/** Forward only: a migration is never changed once released, and has no way down. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-release': { up: createTables },
};
/** The first migration of development versions: no migration leads from their tables to the released ones. */
const OF_DEVELOPMENT: readonly string[] = ['0001-first', '0001-tables'];

export const DEVELOPMENT_DATABASE =
  'The database was made by a development version from before the first release, and can not be used any more. Move DATA_DIR aside, or drop the tables in the database of DATABASE_URL, and start again.';

/** How a database that had these migrations differs from the newest schema. */
export function compareMigrations(names: readonly string[]): {
  /** Not done yet. */
  readonly due: readonly string[];
  /** Made by a newer version of the app. */
  readonly unknown: readonly string[];
  /** It is from before the first release: nothing brings it up to date. */
  readonly isOfDevelopment: boolean;
} {
  const known = Object.keys(MIGRATIONS);
  return {
    due: known.filter((name) => !names.includes(name)),
    unknown: names.filter((name) => !known.includes(name)),
    isOfDevelopment: names.some((name) => OF_DEVELOPMENT.includes(name)),
  };
}

/** Brings the database to the newest schema. Throws an error that is fit for the operator. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => MIGRATIONS };
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (!error) return;
  const [, missing] = /previously executed migration (\S+) is missing/.exec(String(error)) ?? [];
  if (missing !== undefined && OF_DEVELOPMENT.includes(missing)) {
    throw new Error(DEVELOPMENT_DATABASE, { cause: error });
  }
  if (missing !== undefined) {
    throw new Error(
      'The database is that of a newer version of this app. Start that version again, or restore the backup from before the upgrade.',
      { cause: error },
    );
  }
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'none was started';
  throw new Error(`The database could not be migrated (${failed}).`, { cause: error });
}
