import type { Kysely } from 'kysely';
import type { Deployment } from '../domain/deployment.ts';
import { makeRequiredCheckId } from '../domain/required-check.ts';
import type { OpenRequiredChecks, RequiredCheckStore } from '../planning/required-check-store.ts';
import { insertCommitRuns, toCommitRun } from './commit-run-store.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

export function createRequiredCheckStore(
  db: Kysely<Schema>,
): OpenRequiredChecks & Omit<RequiredCheckStore, 'getDeployment' | 'getCommitRun'> {
  return {
    async openRequiredCheck(deliveryId, run) {
      await db.transaction().execute(async (tx) => {
        // Locks the row until the end, so that the delivery isn't planned meanwhile.
        const open = await tx
          .updateTable('delivery')
          .set({ outcome: null })
          .where('id', '=', deliveryId)
          .where('outcome', 'is', null)
          .executeTakeFirst();
        if (open.numUpdatedRows > 0n) await insertCommitRuns(tx, [run]);
      });
    },

    async listCommitDeployments({ repositoryId, sha }) {
      const rows = await db
        .selectFrom('deployment')
        .selectAll()
        .where('repositoryId', '=', repositoryId)
        .where('sha', '=', sha)
        .execute();
      return rows.map(toDeployment);
    },

    listRequiredChecksOf: (deployment) => listRequiredChecksOf(db, deployment),

    async saveRequiredCheck(run, { verdict, state, isShown, isNewRun }) {
      const row = await db
        .updateTable('commitRun')
        .set((column) => ({
          verdict: JSON.stringify(verdict),
          state,
          revision: column('revision', '+', isShown ? 1 : 0),
        }))
        .$if(isNewRun, (query) =>
          query
            .set({ checkRunId: null, checkRunUrl: null })
            // The last one is written to its end.
            .whereRef('reportedRevision', '>=', 'revision')
            .where('checkRunAttemptedAt', 'is', null),
        )
        .where('id', '=', run.id)
        .where('verdict', '=', JSON.stringify(run.verdict))
        .where('revision', '=', run.revision)
        .returningAll()
        .executeTakeFirst();
      return row ? toCommitRun(row) : null;
    },
  };
}

/** Follows the replaced deployments from commit to commit. */
async function listRequiredChecksOf(db: Kysely<Schema>, deployment: Deployment): Promise<string[]> {
  const { repositoryId } = deployment;
  const commits = new Set([deployment.sha]);
  for (const sha of commits) {
    const replaced = await db
      .selectFrom('deployment as replaced')
      .innerJoin('deployment as successor', 'successor.id', 'replaced.supersededBy')
      .select('replaced.sha')
      .distinct()
      .where('replaced.supersededBy', 'is not', null)
      .where('successor.repositoryId', '=', repositoryId)
      .where('successor.sha', '=', sha)
      .where('successor.workspaceId', '=', deployment.workspaceId)
      .where('replaced.repositoryId', '=', repositoryId)
      .execute();
    for (const one of replaced) commits.add(one.sha);
  }
  const ids = [...commits].map((sha) => makeRequiredCheckId(repositoryId, sha));
  const rows = await db.selectFrom('commitRun').select('id').where('id', 'in', ids).execute();
  return rows.map(({ id }) => id);
}
