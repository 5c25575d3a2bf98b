import type { Kysely } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { createTables } from './migrations/0001-release.ts';
import type { Schema } from './schema.ts';

/** Forward only: a migration is never changed once released, and has no way down. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-release': { up: createTables },
};
/** The first migrations of development versions. Their tables can't be migrated to the released ones. */
const DEVELOPMENT_MIGRATIONS: readonly string[] = ['0001-first', '0001-tables'];

const DEVELOPMENT_DATABASE =
  'The database was made by a development version from before the first release, and can no longer be used. Move DATA_DIR aside, or drop the tables in the database of DATABASE_URL, and start again.';

/** Compares the migrations of a database with those of this version. */
export function compareMigrations(names: readonly string[]): {
  /** Not applied yet. */
  readonly due: readonly string[];
  /** Applied by a newer version of the app. */
  readonly unknown: readonly string[];
  /** True if the database is from before the first release and can't be migrated. */
  readonly isFromDevelopment: boolean;
} {
  const known = Object.keys(MIGRATIONS);
  return {
    due: known.filter((name) => !names.includes(name)),
    unknown: names.filter((name) => !known.includes(name)),
    isFromDevelopment: names.some((name) => DEVELOPMENT_MIGRATIONS.includes(name)),
  };
}

/** Migrates the database to the newest schema. Throws an error with a message for the operator. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => MIGRATIONS };
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (!error) return;
  const [, missing] = /previously executed migration (\S+) is missing/.exec(String(error)) ?? [];
  if (missing !== undefined && DEVELOPMENT_MIGRATIONS.includes(missing)) {
    throw new Error(DEVELOPMENT_DATABASE, { cause: error });
  }
  if (missing !== undefined) {
    throw new Error(
      'The database was used by a newer version of this app. Start that version again, or restore the backup from before the upgrade.',
      { cause: error },
    );
  }
  const failed =
    results?.find((result) => result.status === 'Error')?.migrationName ?? 'no migration started';
  throw new Error(`The database can't be migrated (${failed}).`, { cause: error });
}
