import { type Kysely, sql } from 'kysely';
import type { SetupRunStore } from '../domain/setup-run.ts';
import type { Schema } from './schema.ts';

export function createSetupRunStore(db: Kysely<Schema>): SetupRunStore {
  return {
    async addSetupRuns(repositories, now) {
      const unsaid = { addedAt: now, state: 'due', sha: null, attemptedAt: null, writtenAt: null } as const;
      for (const repository of repositories) {
        await db
          .insertInto('setupRun')
          .values({ ...repository, ...unsaid })
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
      const rows = await db
        .selectFrom('setupRun')
        .select('writtenAt')
        .where('installationId', '=', installationId)
        .where('writtenAt', '>', since)
        .orderBy('writtenAt')
        .execute();
      return rows.flatMap((row) => row.writtenAt ?? []);
    },

    async hasAdoptedJobs(repositoryId) {
      const adopted = db.selectFrom('deployment').select('id').where('repositoryId', '=', repositoryId);
      return (await adopted.where('adopted', '=', 1).limit(1).executeTakeFirst()) !== undefined;
    },
  };
}
