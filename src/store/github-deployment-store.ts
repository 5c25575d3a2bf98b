import { type Kysely, sql } from 'kysely';
import type { GitHubDeploymentStore, OpenedGitHubDeployment } from '../reporting/github-deployment.ts';
import { isOfRepositoryWorkspace } from './deployment-conditions.ts';
import type { Schema } from './schema.ts';

export function createGitHubDeploymentStore(db: Kysely<Schema>): GitHubDeploymentStore {
  return {
    async getGitHubDeployment(deploymentId) {
      const query = db.selectFrom('githubDeployment').selectAll().where('deploymentId', '=', deploymentId);
      return (await query.executeTakeFirst()) ?? null;
    },

    openGitHubDeployment: (opened) => openGitHubDeployment(db, opened),

    async saveGitHubDeployment(deploymentId, change) {
      await db.updateTable('githubDeployment').set(change).where('deploymentId', '=', deploymentId).execute();
    },

    async listOpenGitHubDeployments(workspace) {
      const open = db.selectFrom('githubDeployment').select('deploymentId').where('finishedAt', 'is', null);
      const wanted = workspace
        ? open.where('account', '=', workspace.account).where('workspaceId', '=', workspace.workspaceId)
        : open;
      const rows = await wanted.execute();
      return rows.map((row) => row.deploymentId);
    },

    async isReplaced(deployment) {
      const { concludedAt } = deployment;
      if (concludedAt === null) return false;
      const row = await db
        .selectFrom('deployment')
        .select('id')
        .where(isOfRepositoryWorkspace(deployment))
        .where('conclusion', '=', sql.lit('success'))
        .where('concludedAt', '>', concludedAt)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async hasNewerUnchanged({ deploymentId, account, workspaceId, openedAt }) {
      const row = await db
        .selectFrom('githubDeployment')
        .select('deploymentId')
        .where('account', '=', account)
        .where('workspaceId', '=', workspaceId)
        .where('deploymentId', '<>', deploymentId)
        .where('unchangedSince', 'is not', null)
        .where('openedAt', '>', openedAt)
        .where('finishedAt', 'is', null)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

export async function openGitHubDeployment(
  db: Kysely<Schema>,
  opened: OpenedGitHubDeployment,
): Promise<void> {
  const nothing = { githubId: null, attemptedAt: null, status: null, finishedAt: null };
  await db
    .insertInto('githubDeployment')
    .values({ ...opened, ...nothing, attemptedStatus: null, statusAttemptedAt: null })
    .onConflict((conflict) => conflict.column('deploymentId').doNothing())
    .execute();
}
