import { type Kysely, type Selectable, sql } from 'kysely';
import type { Rerun } from '../domain/deployment.ts';
import type {
  NewPipelineWatch,
  PipelineWatch,
  PipelineWatchStore,
  WatchedPipeline,
} from '../domain/pipeline-watch.ts';
import type { Plan } from '../planning/plan-store.ts';
import { MAY_BE_TWICE } from './deployment-conditions.ts';
import type { PipelineWatchTable, Schema } from './schema.ts';

export function createPipelineWatchStore(db: Kysely<Schema>): PipelineWatchStore {
  return {
    async getPipelineWatch(id) {
      const row = await db.selectFrom('pipelineWatch').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toPipelineWatch(row) : null;
    },

    async addPipelineWatch(watch) {
      const [added] = await insertPipelineWatches(db, [watch]);
      return added ?? null;
    },

    async savePipelineWatch(id, { pipelines, ...change }) {
      const row = await db
        .updateTable('pipelineWatch')
        .set({ ...change, ...(pipelines ? { pipelines: JSON.stringify(pipelines) } : {}) })
        // Without a check run of its own, nothing is ever due.
        .set((column) => ({
          revision: sql<number>`case when check_name is null then 0 else ${column.ref('revision')} + 1 end`,
        }))
        .where('id', '=', id)
        .where('state', '<>', sql.lit('concluded'))
        .returningAll()
        .executeTakeFirst();
      return row ? toPipelineWatch(row) : null;
    },

    async listReportableWatches(installationId) {
      const watches = db
        .selectFrom('pipelineWatch')
        .innerJoin('repository', 'repository.id', 'pipelineWatch.repositoryId')
        .selectAll('pipelineWatch')
        .$if(installationId !== undefined, (query) =>
          query.where('repository.installationId', '=', installationId ?? 0),
        );
      // Three queries, because each has its own partial index.
      const open = await watches.where('state', '<>', sql.lit('concluded')).execute();
      const owed = await watches.whereRef('reportedRevision', '<', 'revision').execute();
      const twice = await watches.where(MAY_BE_TWICE).execute();
      const rows = new Map([...open, ...owed, ...twice].map((row) => [row.id, row]));
      return [...rows.values()].map(toPipelineWatch);
    },

    async findNextStart(deploymentId) {
      const row = await db
        .selectFrom('deployment')
        .innerJoin('deployment as next', (join) =>
          join
            .onRef('next.account', '=', 'deployment.account')
            .onRef('next.workspaceId', '=', 'deployment.workspaceId')
            .onRef('next.attemptedAt', '>', 'deployment.attemptedAt'),
        )
        .select('next.id')
        .where('deployment.id', '=', deploymentId)
        .where('next.attemptedAt', 'is not', null)
        .where('next.jobId', 'is not', null)
        .orderBy('next.attemptedAt')
        .limit(1)
        .executeTakeFirst();
      return row?.id ?? null;
    },
  };
}

/** Returns the rows that weren't stored before. */
export async function insertPipelineWatches(
  db: Kysely<Schema>,
  watches: readonly NewPipelineWatch[],
): Promise<PipelineWatch[]> {
  const added: PipelineWatch[] = [];
  for (const { pipelines, ...watch } of watches) {
    const row = await db
      .insertInto('pipelineWatch')
      .values({
        ...watch,
        pipelines: JSON.stringify(pipelines),
        state: 'queued',
        ending: null,
        supersededBy: null,
        rerun: null,
        concludedAt: null,
        revision: watch.checkName === null ? 0 : 1,
        reportedRevision: 0,
        checkRunId: null,
        checkRunUrl: null,
        checkRunAttemptedAt: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) added.push(toPipelineWatch(row));
  }
  return added;
}

/** Makes the check run of the watch due again. */
export async function noteWatchRerun(
  tx: Kysely<Schema>,
  { id, repositoryId, rerun }: NonNullable<Plan['rerunWatch']>,
): Promise<void> {
  await tx
    .updateTable('pipelineWatch')
    .set((column) => ({ rerun: JSON.stringify(rerun), revision: column('revision', '+', 1) }))
    .where('id', '=', id)
    .where('repositoryId', '=', repositoryId)
    .execute();
}

function toPipelineWatch(row: Selectable<PipelineWatchTable>): PipelineWatch {
  return {
    ...row,
    pipelines: JSON.parse(row.pipelines) as WatchedPipeline[],
    rerun: row.rerun === null ? null : (JSON.parse(row.rerun) as Rerun),
  };
}
