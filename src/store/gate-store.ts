import { type Kysely, sql } from 'kysely';
import type { AwaitedChecks } from '../domain/gate-store.ts';
import type { Schema } from './schema.ts';

export function createGateStore(db: Kysely<Schema>): AwaitedChecks {
  return {
    async listAwaitedCommits(repositoryIds) {
      if (repositoryIds.length === 0) return [];
      const rows = await db
        .selectFrom('deployment')
        .select(['account', 'workspaceId', 'repositoryId', 'sha', 'gateSha'])
        .where('state', '=', sql.lit('waiting'))
        .where('repositoryId', 'in', repositoryIds)
        .where('gates', '<>', '[]')
        .execute();
      return rows.map(({ sha, gateSha, ...row }) => ({ ...row, sha: gateSha ?? sha }));
    },
  };
}
