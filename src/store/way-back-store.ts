import { type Kysely, sql } from 'kysely';
import type { WayBackStore } from '../reporting/way-back.ts';
import { isOfRepositoryWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

export function createWayBackStore(db: Kysely<Schema>): WayBackStore {
  return {
    async getWayBack(deploymentId) {
      const query = db.selectFrom('wayBack').selectAll().where('deploymentId', '=', deploymentId);
      const row = await query.executeTakeFirst();
      return row ? { ...row, isLinear: row.isLinear === 1 } : null;
    },

    async saveWayBack({ isLinear, ...rest }) {
      await db
        .insertInto('wayBack')
        .values({ ...rest, isLinear: isLinear ? 1 : 0 })
        .onConflict((conflict) => conflict.column('deploymentId').doNothing())
        .execute();
    },

    async findLastGood(source, until) {
      const row = await db
        .selectFrom('deployment')
        .selectAll()
        .where(isOfRepositoryWorkspace(source))
        .where('branch', '=', source.branch)
        .where('conclusion', '=', sql.lit('success'))
        .where('concludedAt', '<=', until)
        .orderBy('concludedAt', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },
  };
}
