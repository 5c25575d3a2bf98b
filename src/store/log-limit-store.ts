import { type Kysely, sql } from 'kysely';
import type { LogLimitStore } from '../recovery/limit-logs.ts';
import type { Schema } from './schema.ts';

const TABLES = ['deployment', 'pipelineWatch'] as const;

export function createLogLimitStore(db: Kysely<Schema>): LogLimitStore {
  return {
    async listUnfinishedLogs(account) {
      const found = await Promise.all(
        TABLES.map((table) =>
          db
            .selectFrom(table)
            .select(['id', 'workspaceId', 'workspaceName', 'log'])
            .where('account', '=', account)
            .where((where) =>
              where.or([
                where('state', '<>', sql.lit('concluded')),
                where('reportedRevision', '<', where.ref('revision')),
              ]),
            )
            .execute(),
        ),
      );
      return found.flat();
    },

    async limitLog(id, log) {
      for (const table of TABLES) {
        await db
          .updateTable(table)
          .set((column) => ({ log, revision: column('revision', '+', 1) }))
          .where('id', '=', id)
          .execute();
      }
    },
  };
}
