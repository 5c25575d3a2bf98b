import { type Kysely, type Selectable, sql } from 'kysely';
import {
  type CommitRun,
  type CommitRunStore,
  isProjectRunId,
  joinComparisons,
  type LeftComparison,
  type NewCommitRun,
  type ProjectComparison,
} from '../domain/commit-run.ts';
import { joinAsks, type RequiredVerdict } from '../domain/required-check.ts';
import { MAY_BE_TWICE } from './deployment-conditions.ts';
import type { CommitRunTable, Schema } from './schema.ts';

export function createCommitRunStore(db: Kysely<Schema>): CommitRunStore {
  return {
    async getCommitRun(id) {
      const row = await db.selectFrom('commitRun').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toCommitRun(row) : null;
    },

    async listWaitingStarts({ repositoryId, sha }) {
      return db
        .selectFrom('deployment')
        .select(['account', 'workspaceId'])
        .where('state', '<>', sql.lit('concluded'))
        .where('state', '=', 'waiting')
        .where('repositoryId', '=', repositoryId)
        .where((where) => where.or([where('sha', '=', sha), where('gateSha', '=', sha)]))
        .execute();
    },

    async listWaitingCommitRuns() {
      const rows = await db.selectFrom('commitRun').select('id').where('state', '=', 'waiting').execute();
      return rows.map(({ id }) => id);
    },

    async concludeProjectRun({ id, verdict }, result) {
      if (verdict.kind !== 'project') return null;
      const row = await db
        .updateTable('commitRun')
        .set((column) => ({
          verdict: JSON.stringify({ ...verdict, result }),
          state: 'concluded' as const,
          revision: result ? column('revision', '+', 1) : column('revision', '+', 0),
        }))
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .where('verdict', '=', JSON.stringify(verdict))
        .returningAll()
        .executeTakeFirst();
      return row ? toCommitRun(row) : null;
    },

    async listOwedCommitRuns(installationId) {
      const runs = db
        .selectFrom('commitRun')
        .innerJoin('repository', 'repository.id', 'commitRun.repositoryId')
        .selectAll('commitRun')
        .$if(installationId !== undefined, (query) =>
          query.where('repository.installationId', '=', installationId ?? 0),
        );
      // Two queries, because each has its own partial index.
      const owed = await runs.whereRef('reportedRevision', '<', 'revision').execute();
      const twice = await runs.where(MAY_BE_TWICE).execute();
      const rows = new Map([...owed, ...twice].map((row) => [row.id, row]));
      return [...rows.values()].map(toCommitRun);
    },
  };
}

/**
 * One about a file that is there already stays as it is; one that is judged is judged for what is asked for now, too.
 * `attemptedAt`: when an earlier, lost database may have had them written (epoch milliseconds).
 */
export async function insertCommitRuns(
  tx: Kysely<Schema>,
  runs: readonly NewCommitRun[],
  { attemptedAt = null }: { readonly attemptedAt?: number | null } = {},
): Promise<void> {
  for (const run of runs) {
    const { verdict } = run;
    const isJudged = verdict.kind === 'project' || verdict.kind === 'required';
    const inserted = await tx
      .insertInto('commitRun')
      .values({
        ...run,
        verdict: JSON.stringify(verdict),
        state: isJudged ? 'waiting' : 'concluded',
        // What isn't judged yet is owed no write.
        revision: isJudged ? 0 : 1,
        reportedRevision: 0,
        checkRunId: null,
        checkRunUrl: null,
        checkRunAttemptedAt: attemptedAt,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows) continue;
    if (verdict.kind === 'project')
      await changeComparisons(tx, run.id, (known) => joinComparisons(known, verdict.comparisons));
    if (verdict.kind === 'required') await askAgain(tx, run.id, verdict);
  }
}

async function askAgain(tx: Kysely<Schema>, id: string, now: RequiredVerdict): Promise<void> {
  const row = await tx.selectFrom('commitRun').selectAll().where('id', '=', id).executeTakeFirst();
  const known = row && toCommitRun(row).verdict;
  if (known?.kind !== 'required') return;
  const verdict: RequiredVerdict = {
    ...known,
    asks: joinAsks(known.asks, now.asks),
    asked: known.asked + 1,
    isRenewed: known.isRenewed || now.isRenewed,
  };
  await tx
    .updateTable('commitRun')
    .set({ verdict: JSON.stringify(verdict), state: 'waiting' })
    .where('id', '=', id)
    .execute();
}

/** Checks the projects of these commits again for the remaining comparisons. */
export async function leaveComparisons(tx: Kysely<Schema>, left: readonly LeftComparison[]): Promise<void> {
  for (const { runId, pullRequest } of left) {
    await changeComparisons(tx, runId, (known) => known.filter(({ since }) => since !== pullRequest));
  }
}

async function changeComparisons(
  tx: Kysely<Schema>,
  id: string,
  change: (known: readonly ProjectComparison[]) => readonly ProjectComparison[],
): Promise<void> {
  const row = await tx.selectFrom('commitRun').selectAll().where('id', '=', id).executeTakeFirst();
  const known = row && toCommitRun(row).verdict;
  if (known?.kind !== 'project') return;
  const comparisons = change(known.comparisons);
  // A failed read is tried again at each request.
  const isUnread = (known.result?.unread ?? null) !== null;
  if (!isUnread && JSON.stringify(comparisons) === JSON.stringify(known.comparisons)) return;
  await tx
    .updateTable('commitRun')
    .set({
      verdict: JSON.stringify({ ...known, comparisons }),
      state: 'waiting',
    })
    .where('id', '=', id)
    .execute();
}

/** GitHub awaits a write of them. Projects are checked again before. */
export async function rewriteCommitRuns(tx: Kysely<Schema>, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await tx
      .updateTable('commitRun')
      .$if(isProjectRunId(id), (query) => query.set({ state: 'waiting' }))
      .$if(!isProjectRunId(id), (query) => query.set((column) => ({ revision: column('revision', '+', 1) })))
      .where('id', '=', id)
      .execute();
  }
}

export function toCommitRun(row: Selectable<CommitRunTable>): CommitRun {
  return {
    ...row,
    verdict: JSON.parse(row.verdict) as CommitRun['verdict'],
  };
}
