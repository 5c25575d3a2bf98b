import { type Kysely, sql } from 'kysely';
import type { GateStore } from '../domain/gate-store.ts';
import type { WorkspaceKey } from '../domain/workspace.ts';
import { isOfWorkspace } from './deployment-conditions.ts';
import { toDeployment, toNewRow } from './deployment-row.ts';
import type { Schema } from './schema.ts';

/** A database takes expressions of some depth only. */
const DISARM_BATCH = 100;

export function createGateStore(db: Kysely<Schema>): GateStore {
  const armed = db.selectFrom('deployment').where('armedUntil', 'is not', null);
  return {
    async listAwaitedCommits(repositoryIds) {
      if (repositoryIds.length === 0) return [];
      const columns = ['account', 'workspaceId', 'repositoryId', 'sha', 'gateSha'] as const;
      const rows = await db
        .selectFrom('deployment')
        .select(columns)
        .where('state', '=', sql.lit('waiting'))
        .where('repositoryId', 'in', repositoryIds)
        .where('gates', '<>', '[]')
        .unionAll(armed.select(columns).where('repositoryId', 'in', repositoryIds))
        .execute();
      return rows.map(({ sha, gateSha, ...row }) => ({ ...row, sha: gateSha ?? sha }));
    },

    async findArmed(workspace) {
      const row = await armed
        .selectAll()
        .where(isOfWorkspace(workspace))
        .orderBy('pushedAt', 'desc')
        .orderBy('receivedAt', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async listArmedWorkspaces() {
      return armed.select(['account', 'workspaceId']).distinct().execute();
    },

    async disarm(id) {
      await db.updateTable('deployment').set({ armedUntil: null }).where('id', '=', id).execute();
    },

    async openArmed(id, planned) {
      return db.transaction().execute(async (tx) => {
        const inserted = await tx
          .insertInto('deployment')
          .values(toNewRow(planned, planned.receivedAt))
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .execute();
        if (inserted.length === 0) return [];
        const replaced = await tx
          .updateTable('deployment')
          .set((column) => ({
            armedUntil: null,
            supersededBy: planned.id,
            revision: column('revision', '+', 1),
          }))
          .where('id', '=', id)
          .returningAll()
          .execute();
        return [...replaced, ...inserted].map(toDeployment);
      });
    },
  };
}

/** A newer deployment of the workspaces takes the place of the gates that ended earlier ones. */
export async function disarmWorkspaces(
  tx: Kysely<Schema>,
  deployments: readonly WorkspaceKey[],
): Promise<void> {
  for (let from = 0; from < deployments.length; from += DISARM_BATCH) {
    const some = deployments.slice(from, from + DISARM_BATCH);
    await tx
      .updateTable('deployment')
      .set({ armedUntil: null })
      .where('armedUntil', 'is not', null)
      .where((where) => where.or(some.map((one) => isOfWorkspace(one)(where))))
      .execute();
  }
}
