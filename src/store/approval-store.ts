import { type Kysely, sql } from 'kysely';
import type { NewApproval } from '../domain/approval.ts';
import type { ApprovalStore } from '../domain/approval-store.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

/** An approval is kept this long (milliseconds); most commits are the head of their branch for a shorter time. */
const KEPT_MS = 90 * 24 * 60 * 60_000;

export function createApprovalStore(db: Kysely<Schema>): ApprovalStore {
  return {
    async listUnapproved(repositoryId) {
      const rows = await db
        .selectFrom('deployment')
        .selectAll()
        .where('armedUntil', 'is not', null)
        .where('repositoryId', '=', repositoryId)
        .where('reason', '=', sql.lit('approval_needed'))
        .orderBy('pushedAt', 'desc')
        .orderBy('receivedAt', 'desc')
        .execute();
      return rows.map(toDeployment);
    },

    async expireApproval(id) {
      const row = await db
        .updateTable('deployment')
        .set((column) => ({
          armedUntil: null,
          reason: 'approval_expired',
          revision: column('revision', '+', 1),
        }))
        .where('id', '=', id)
        .where('armedUntil', 'is not', null)
        .returningAll()
        .executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async findApproval({ account, workspaceId, repositoryId }, sha) {
      const row = await db
        .selectFrom('approval')
        .selectAll()
        .where('account', '=', account)
        .where('workspaceId', '=', workspaceId)
        .where('repositoryId', '=', repositoryId)
        .where('sha', '=', sha)
        .executeTakeFirst();
      if (!row) return null;
      const { approvedBy: by, role, approvedAt: at, notBy } = row;
      return { by, role, at, ...(notBy === 'author' && { notBy }) };
    },
  };
}

/** A later approval of a commit is given only if the earlier one isn't enough any more. */
export async function insertApprovals(
  tx: Kysely<Schema>,
  approvals: readonly NewApproval[] = [],
  now: number,
): Promise<void> {
  for (const { by: approvedBy, at: approvedAt, role, notBy = null, ...commit } of approvals) {
    const given = { approvedBy, approvedAt, role, notBy };
    await tx
      .insertInto('approval')
      .values({ ...commit, ...given })
      .onConflict((conflict) =>
        conflict.columns(['account', 'workspaceId', 'repositoryId', 'sha']).doUpdateSet(given),
      )
      .execute();
  }
  if (approvals.length > 0) {
    await tx
      .deleteFrom('approval')
      .where('approvedAt', '<', now - KEPT_MS)
      .execute();
  }
}
