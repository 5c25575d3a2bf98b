import type { Kysely, Selectable } from 'kysely';
import type {
  ConfigurationRun,
  ConfigurationRunStore,
  NewConfigurationRun,
} from '../domain/configuration-run.ts';
import type { ConfigurationRunTable, Schema } from './schema.ts';

export function createConfigurationRunStore(db: Kysely<Schema>): ConfigurationRunStore {
  return {
    async getConfigurationRun(id) {
      const row = await db.selectFrom('configurationRun').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toConfigurationRun(row) : null;
    },

    async listOwedConfigurationRuns(installationId) {
      const rows = await db
        .selectFrom('configurationRun')
        .innerJoin('repository', 'repository.id', 'configurationRun.repositoryId')
        .selectAll('configurationRun')
        .whereRef('reportedRevision', '<', 'revision')
        .$if(installationId !== undefined, (query) =>
          query.where('repository.installationId', '=', installationId ?? 0),
        )
        .execute();
      return rows.map(toConfigurationRun);
    },
  };
}

/** Doesn't change existing runs. */
export async function insertConfigurationRuns(
  tx: Kysely<Schema>,
  runs: readonly NewConfigurationRun[],
): Promise<void> {
  if (runs.length === 0) return;
  const unwritten = { revision: 1, reportedRevision: 0, checkRunId: null, checkRunUrl: null };
  await tx
    .insertInto('configurationRun')
    .values(
      runs.map(({ verdict, ...run }) => ({
        ...run,
        ...unwritten,
        verdict: JSON.stringify(verdict),
        checkRunAttemptedAt: null,
      })),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** Makes the check runs due again. */
export async function rewriteConfigurationRuns(tx: Kysely<Schema>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable('configurationRun')
    .set((column) => ({ revision: column('revision', '+', 1) }))
    .where('id', 'in', ids)
    .execute();
}

function toConfigurationRun(row: Selectable<ConfigurationRunTable>): ConfigurationRun {
  return {
    ...row,
    state: 'concluded',
    verdict: JSON.parse(row.verdict) as ConfigurationRun['verdict'],
  };
}
