import { type Kysely, sql } from 'kysely';
import type { Deployment } from '../domain/deployment.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import type { FailureCommentStore } from '../reporting/failure-comment.ts';
import { isOfRepositoryWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

export function createFailureCommentStore(db: Kysely<Schema>): FailureCommentStore {
  return {
    async noteFailure({ repositoryId, sha, now }) {
      const id = `${repositoryId}:${sha}`;
      const empty = { pullRequest: null, commentId: null, attemptedAt: null, digest: null, finishedAt: null };
      await db
        .insertInto('failureComment')
        .values({ id, repositoryId, sha, notedAt: now, ...empty })
        // Another deployment of the commit failed: reopens the comment.
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet({ finishedAt: null })
            .where('failureComment.finishedAt', 'is not', null),
        )
        .execute();
      return id;
    },

    async getFailureComment(id) {
      const query = db.selectFrom('failureComment').selectAll().where('id', '=', id);
      return (await query.executeTakeFirst()) ?? null;
    },

    async listOpenFailureComments(repositoryId) {
      const rows = await db
        .selectFrom('failureComment')
        .select('id')
        .where('finishedAt', 'is', null)
        .$if(repositoryId !== undefined, (query) => query.where('repositoryId', '=', repositoryId ?? 0))
        .execute();
      return rows.map((row) => row.id);
    },

    async saveFailureComment(id, change) {
      await db.updateTable('failureComment').set(change).where('id', '=', id).execute();
    },

    async listFailures({ repositoryId, sha }) {
      const rows = await db
        .selectFrom('deployment')
        .selectAll()
        .where('repositoryId', '=', repositoryId)
        .where('sha', '=', sha)
        .where('conclusion', '=', sql.lit('failure'))
        .orderBy('workspaceName')
        .orderBy('concludedAt', 'desc')
        .execute();
      const last = new Map<string, Deployment>();
      for (const row of rows) {
        const key = formatWorkspaceKey(row);
        if (!last.has(key)) last.set(key, toDeployment(row));
      }
      return Promise.all(
        [...last.values()].map(async (deployment) => ({
          deployment,
          repairedBy: await findRepair(db, deployment),
        })),
      );
    },
  };
}

async function findRepair(db: Kysely<Schema>, failed: Deployment): Promise<Deployment | null> {
  const row = await db
    .selectFrom('deployment')
    .selectAll()
    .where(isOfRepositoryWorkspace(failed))
    .where('conclusion', '=', sql.lit('success'))
    .where('concludedAt', '>', failed.concludedAt)
    .orderBy('concludedAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? toDeployment(row) : null;
}
