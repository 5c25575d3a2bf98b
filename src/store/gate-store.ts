import { type Kysely, sql } from 'kysely';
import type { Deployment, PlannedDeployment } from '../domain/deployment.ts';
import type { GateStore } from '../domain/gate-store.ts';
import { orderDeployments } from '../domain/order-deployments.ts';
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
      const row = await db
        .updateTable('deployment')
        .set((column) => ({ armedUntil: null, revision: column('revision', '+', 1) }))
        .where('id', '=', id)
        .where('armedUntil', 'is not', null)
        .returningAll()
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async openArmed(id, planned) {
      return db.transaction().execute(async (tx) => {
        const disarmed = await tx
          .updateTable('deployment')
          .set({ armedUntil: null })
          .where('id', '=', id)
          .where('armedUntil', 'is not', null)
          .executeTakeFirst();
        if (disarmed.numUpdatedRows === 0n) return [];
        const inserted = await tx
          .insertInto('deployment')
          .values(toNewRow(planned, planned.receivedAt))
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .execute();
        const replaced = await tx
          .updateTable('deployment')
          .set((column) => ({ supersededBy: planned.id, revision: column('revision', '+', 1) }))
          .where('id', '=', id)
          .returningAll()
          .execute();
        return [...replaced, ...inserted].map(toDeployment);
      });
    },
  };
}

/**
 * Newer deployments of the workspaces, and newer pushes to the branch, take the place of the gates that ended earlier ones.
 * Returns those that asked for an approval: their check runs lose the button.
 */
export async function disarmOlder(
  tx: Kysely<Schema>,
  planned: readonly PlannedDeployment[],
): Promise<Deployment[]> {
  const changed: Deployment[] = [];
  for (let from = 0; from < planned.length; from += DISARM_BATCH) {
    const some = planned.slice(from, from + DISARM_BATCH);
    const rows = await tx
      .selectFrom('deployment')
      .selectAll()
      .where('armedUntil', 'is not', null)
      .where((where) => where.or(some.map((one) => isOfWorkspace(one)(where))))
      .execute();
    for (const armed of rows.map(toDeployment)) {
      const newer = some.findLast((one) => isDisarmedBy(armed, one));
      if (newer) changed.push(...(await disarm(tx, armed, newer)));
    }
  }
  return changed;
}

function isDisarmedBy(armed: Deployment, planned: PlannedDeployment): boolean {
  const { account, workspaceId, repositoryId, branch, sha } = armed;
  if (planned.account !== account || planned.workspaceId !== workspaceId) return false;
  const isReplaced = planned.conclusion === null;
  const isMoved = planned.repositoryId === repositoryId && planned.branch === branch && planned.sha !== sha;
  return (isReplaced || isMoved) && orderDeployments([armed, planned]).at(-1) === planned;
}

async function disarm(
  tx: Kysely<Schema>,
  { id, reason }: Deployment,
  newer: PlannedDeployment,
): Promise<Deployment[]> {
  const asksFor = reason === 'approval_needed';
  const replaced =
    newer.conclusion === null ? ({ reason: 'superseded', supersededBy: newer.id } as const) : {};
  const rows = await tx
    .updateTable('deployment')
    .set({ armedUntil: null })
    .$if(asksFor, (query) => query.set((column) => ({ ...replaced, revision: column('revision', '+', 1) })))
    .where('id', '=', id)
    .where('armedUntil', 'is not', null)
    .returningAll()
    .execute();
  return asksFor ? rows.map(toDeployment) : [];
}
