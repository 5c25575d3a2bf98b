import { type Kysely, sql } from 'kysely';
import { orderDeployments } from '../domain/order-deployments.ts';
import type { TreeDigestStore } from '../planning/changed-paths.ts';
import { readTreeDigest } from './deployment-row.ts';
import { WAS_STARTED } from './indexed-conditions.ts';
import { isOfRepositoryWorkspace, isOfWorkspace } from './of-workspace.ts';
import type { Schema } from './schema.ts';

const COLUMNS = [
  'id',
  'repositoryId',
  'state',
  'conclusion',
  'concludedAt',
  'sha',
  'deployedSha',
  'treeDigest',
] as const;

/** What is known of the files that deployments asked for, and left on Meltano Cloud. */
export function createTreeDigestStore(db: Kysely<Schema>): TreeDigestStore {
  return {
    async findLastStarted(workspace, except = '') {
      const others = db.selectFrom('deployment').select(COLUMNS).where('id', '<>', except);
      const open = await others
        .where(isOfWorkspace(workspace))
        .where('state', '<>', sql.lit('concluded'))
        .execute();
      const started = open.find(
        (row) => row.state !== 'waiting' && row.repositoryId === workspace.repositoryId,
      );
      const last =
        started ??
        (await others
          .where(isOfRepositoryWorkspace(workspace))
          .where('state', '=', sql.lit('concluded'))
          .where(WAS_STARTED)
          .orderBy('concludedAt', 'desc')
          .limit(1)
          .executeTakeFirst());
      return last ? { ...last, treeDigest: readTreeDigest(last.treeDigest) } : null;
    },

    async findTreeDigest(workspace, { commit, filter }) {
      const rows = await db
        .selectFrom('deployment')
        .select('treeDigest')
        .where(isOfRepositoryWorkspace(workspace))
        .where('sha', '=', commit)
        .where('treeDigest', 'is not', null)
        .execute();
      const digests = rows.map((row) => readTreeDigest(row.treeDigest));
      return digests.find((one) => one?.commit === commit && one.filter === filter) ?? null;
    },

    async findNewestDigest(workspace, { branch, pushedAt }) {
      const rows = await db
        .selectFrom('deployment')
        .select(['id', 'sha', 'before', 'pushedAt', 'receivedAt', 'treeDigest'])
        .where(isOfRepositoryWorkspace(workspace))
        .where('pushedAt', '>=', pushedAt)
        .where('branch', '=', branch)
        .where('cause', '=', 'push')
        .where('treeDigest', 'is not', null)
        .execute();
      return readTreeDigest(orderDeployments(rows).at(-1)?.treeDigest ?? null);
    },

    async saveTreeDigest(deploymentId, digest) {
      await db
        .updateTable('deployment')
        .set({ treeDigest: JSON.stringify(digest) })
        .where('id', '=', deploymentId)
        .execute();
    },
  };
}
