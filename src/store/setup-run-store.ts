import { type Kysely, sql } from 'kysely';
import type { SetupRunStore } from '../domain/setup-run.ts';
import type { Schema } from './schema.ts';

/** A job that begins later after a push was more likely started by a person. */
const WEBHOOK_MS = 60_000;

export function createSetupRunStore(db: Kysely<Schema>): SetupRunStore {
  return {
    async addSetupRuns(repositories, now) {
      for (const repository of repositories) {
        await db
          .insertInto('setupRun')
          .values({
            ...repository,
            addedAt: now,
            state: 'due',
            sha: null,
            attemptedAt: null,
            neutralAt: null,
            successAt: null,
          })
          .onConflict((conflict) => conflict.column('repositoryId').doNothing())
          .execute();
      }
    },

    async getSetupRun(repositoryId) {
      const query = db.selectFrom('setupRun').selectAll().where('repositoryId', '=', repositoryId);
      return (await query.executeTakeFirst()) ?? null;
    },

    async saveSetupRun(repositoryId, change) {
      await db.updateTable('setupRun').set(change).where('repositoryId', '=', repositoryId).execute();
    },

    async listDueSetupRuns() {
      const due = db.selectFrom('setupRun').select('repositoryId').where('state', '<>', sql.lit('done'));
      return (await due.orderBy('addedAt').execute()).map((row) => row.repositoryId);
    },

    async listSetupWrites(installationId, since) {
      const list = (column: 'neutralAt' | 'successAt') =>
        db
          .selectFrom('setupRun')
          .select(`${column} as at`)
          .where('installationId', '=', installationId)
          .where(column, '>', since);
      const rows = await list('neutralAt').unionAll(list('successAt')).orderBy('at').execute();
      return rows.flatMap(({ at }) => at ?? []);
    },

    async wasDeployedByWebhook(repositoryId) {
      const found = await db
        .selectFrom('deployment')
        .select('id')
        .where('repositoryId', '=', repositoryId)
        .where('adopted', '=', 1)
        .where('cause', '=', 'push')
        .where('jobStartedAt', '<', (one) => one('pushedAt', '+', WEBHOOK_MS))
        .limit(1)
        .executeTakeFirst();
      return found !== undefined;
    },
  };
}
