import { type Kysely, sql } from 'kysely';
import type { LagStore } from '../commands/answer-status.ts';
import { IS_DEPLOYED, isOfRepositoryWorkspace, isOfWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

export function createLagStore(db: Kysely<Schema>): LagStore {
  return {
    async findLastComplete(source) {
      const row = await db
        .selectFrom('deployment')
        .selectAll()
        .where(isOfRepositoryWorkspace(source))
        .where('branch', '=', source.branch)
        .where(IS_DEPLOYED)
        .orderBy(sql`coalesce(concluded_at, settling_since)`, 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async listPushes(repositoryId, shas) {
      return db
        .selectFrom('delivery')
        .select(['receivedAt', 'outcome'])
        .where('repositoryId', '=', repositoryId)
        .where('afterSha', 'in', shas)
        .orderBy('receivedAt')
        .execute();
    },

    async findNewestOf(workspace, sha) {
      const row = await db
        .selectFrom('deployment')
        .selectAll()
        .where(isOfRepositoryWorkspace(workspace))
        .where('sha', '=', sha)
        .orderBy('receivedAt', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async listStartedJobs(workspace, jobIds) {
      if (jobIds.length === 0) return new Set();
      const rows = await db
        .selectFrom('deployment')
        .select('jobId')
        .where(isOfWorkspace(workspace))
        .where('jobId', 'in', jobIds)
        .where('adopted', '=', 0)
        .execute();
      return new Set(rows.flatMap((row) => row.jobId ?? []));
    },
  };
}
