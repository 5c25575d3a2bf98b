import { type Kysely, sql } from 'kysely';
import type { SetupRunStore } from '../domain/setup-run.ts';
import type { Schema } from './schema.ts';

/** A job that begins later after a push was more likely started by a person. */
const WEBHOOK_MS = 60_000;

export function createSetupRunStore(db: Kysely<Schema>): SetupRunStore {
  return {
    async addSetupRuns(repositories, now) {
      for (const repository of repositories) {
        const { installationId, owner, ownerId, name } = repository;
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
          .onConflict((conflict) =>
            conflict.column('repositoryId').doUpdateSet({ installationId, owner, ownerId, name }),
          )
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

    listSetupWrites: (run, since) => listWrites(db, run, since),

    async reserveSetupWrite(run, { sha, at }, { since, most }) {
      return db.transaction().execute(async (tx) => {
        await waitForOthers(tx, run.installationId, at);
        if ((await listWrites(tx, run, since)).length >= most) return false;
        await tx
          .updateTable('setupRun')
          .set({ sha, attemptedAt: at })
          .where('repositoryId', '=', run.repositoryId)
          .execute();
        return true;
      });
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

/** In PostgreSQL, a lock: only one transaction at a time counts the check runs of an installation. */
async function waitForOthers(tx: Kysely<Schema>, installationId: number, at: number): Promise<void> {
  await tx
    .insertInto('note')
    .values({ name: `installation_${installationId}_setup_at`, value: at })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: at }))
    .execute();
}

async function listWrites(
  db: Kysely<Schema>,
  { repositoryId, installationId }: Parameters<SetupRunStore['listSetupWrites']>[0],
  since: number,
): Promise<number[]> {
  const list = (column: 'neutralAt' | 'successAt' | 'attemptedAt') =>
    db
      .selectFrom('setupRun')
      .select(`${column} as at`)
      .where('installationId', '=', installationId)
      .where(column, '>', since);
  const others = list('attemptedAt').where('repositoryId', '<>', repositoryId);
  const rows = await list('neutralAt').unionAll(list('successAt')).unionAll(others).orderBy('at').execute();
  return rows.flatMap(({ at }) => at ?? []);
}
