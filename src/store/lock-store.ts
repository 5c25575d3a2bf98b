import type { Kysely } from 'kysely';
import type { LockReader } from '../domain/lock.ts';
import type { NewLocks } from '../planning/plan-store.ts';
import type { Schema } from './schema.ts';

/** Stands for all workspaces of a repository. */
const ALL = '';

export function createLockStore(db: Kysely<Schema>): LockReader {
  return {
    async listLocks(repositoryId) {
      const locks = db.selectFrom('workspaceLock').selectAll().where('repositoryId', '=', repositoryId);
      const rows = await locks.orderBy('workspaceId').execute();
      return rows.map(({ lockedBy: by, workspaceId, ...lock }) => ({
        ...lock,
        by,
        workspaceId: workspaceId === ALL ? null : workspaceId,
      }));
    },
  };
}

/** Replaces all locks of a repository. */
export async function replaceLocks(tx: Kysely<Schema>, { repositoryId, locks }: NewLocks): Promise<void> {
  await tx.deleteFrom('workspaceLock').where('repositoryId', '=', repositoryId).execute();
  for (const { workspaceId, by: lockedBy, reason, lockedAt } of locks) {
    const row = { repositoryId, workspaceId: workspaceId ?? ALL, lockedBy, reason, lockedAt };
    await tx.insertInto('workspaceLock').values(row).execute();
  }
}
