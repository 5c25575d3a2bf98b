import { type Kysely, sql } from 'kysely';
import type { LagStore } from '../commands/answer-status.ts';
import { IS_DEPLOYED, isOfRepositoryWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import { listDeploymentJobs } from './list-deployment-jobs.ts';
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

    listStartedJobs: (workspace, jobIds) => listDeploymentJobs(db, workspace, { jobIds, adopted: false }),
  };
}
