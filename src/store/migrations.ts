import type { Kysely } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { createFirstTables } from './migrations/0001-first.ts';
import { createSweepTables } from './migrations/0002-sweeps.ts';
import { createRetentionIndexes } from './migrations/0003-retention.ts';
import { createCommands } from './migrations/0004-commands.ts';
import { createLeases } from './migrations/0010-leases.ts';
import { createConfiguration } from './migrations/0011-configuration.ts';
import { createWebhookStarts } from './migrations/0012-webhook-starts.ts';
import { addSignsOfLife } from './migrations/0013-lease-signs-of-life.ts';
import { createFailureComments } from './migrations/0015-failure-comments.ts';
import { createGitHubDeployments } from './migrations/0016-github-deployments.ts';
import { createWorkspaceStatements } from './migrations/0017-workspace-statements.ts';
import type { Schema } from './schema.ts';

/** Forward only: a migration is never changed once released, and has no way down. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-first': { up: createFirstTables },
  '0002-sweeps': { up: createSweepTables },
  '0003-retention': { up: createRetentionIndexes },
  '0004-commands': { up: createCommands },
  '0010-leases': { up: createLeases },
  '0011-configuration': { up: createConfiguration },
  '0012-webhook-starts': { up: createWebhookStarts },
  '0013-lease-signs-of-life': { up: addSignsOfLife },
  '0015-failure-comments': { up: createFailureComments },
  '0016-github-deployments': { up: createGitHubDeployments },
  '0017-workspace-statements': { up: createWorkspaceStatements },
};

/** How a database that had these migrations differs from the newest schema. */
export function compareMigrations(names: readonly string[]): {
  /** Not done yet. */
  readonly due: readonly string[];
  /** Of a newer version of the app. */
  readonly unknown: readonly string[];
} {
  const known = Object.keys(MIGRATIONS);
  return {
    due: known.filter((name) => !names.includes(name)),
    unknown: names.filter((name) => !known.includes(name)),
  };
}

/** Brings the database to the newest schema. Throws with the failing migration's name. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => MIGRATIONS };
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (!error) return;
  if (/previously executed migration \S+ is missing/.test(String(error))) {
    throw new Error(
      'The database is that of a newer version of this app. Start that version again, or restore the backup from before the upgrade.',
      { cause: error },
    );
  }
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'none was started';
  throw new Error(`The database could not be migrated (${failed}).`, { cause: error });
}
