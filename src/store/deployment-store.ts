import { type Kysely, sql } from 'kysely';
import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentChange, DeploymentStore } from '../domain/deployment-store.ts';
import { orderDeployments } from '../domain/order-deployments.ts';
import { isOfWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import { listDeploymentJobs } from './list-deployment-jobs.ts';
import { insertNotifications } from './notification-store.ts';
import type { DeploymentTable, Schema } from './schema.ts';

/** Columns that no check run shows: changing them makes no report due. */
const UNREPORTED = new Set<keyof DeploymentTable>([
  'gateSha',
  'armedUntil',
  'heldSince',
  'startSince',
  'attemptedAt',
  'knownJobIds',
  'attemptOutcome',
  'conflictSince',
  'failures',
  'retryAt',
  'failedBefore',
  'settlingSince',
  'serviceStartTime',
  'serviceEndTime',
]);

/**
 * States and conclusions in the conditions of partial indexes are literals: with a parameter, PostgreSQL may not use the
 * index, and SQLite prepares the query again each time.
 */
export function createDeploymentStore(db: Kysely<Schema>): DeploymentStore {
  return {
    async getDeployment(id) {
      const row = await db.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toDeployment(row) : null;
    },

    async listOpen(workspace) {
      const rows = await db
        .selectFrom('deployment')
        .selectAll()
        .where(isOfWorkspace(workspace))
        .where('state', '<>', sql.lit('concluded'))
        .execute();
      return orderDeployments(rows.map(toDeployment));
    },

    async saveDeployment(id, change, describe) {
      if (!describe) return save(db, id, change);
      return db.transaction().execute(async (tx) => {
        const saved = await save(tx, id, change);
        if (saved) await insertNotifications(tx, describe(saved));
        return saved;
      });
    },

    listTakenJobs: (workspace, jobIds) => listDeploymentJobs(db, workspace, { jobIds, adopted: true }),

    async listKnownJobs(workspace, before) {
      const row = await db
        .selectFrom('deployment')
        .select('knownJobIds')
        .where(isOfWorkspace(workspace))
        .where('attemptedAt', '<', before)
        .orderBy('attemptedAt', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? new Set(JSON.parse(row.knownJobIds) as string[]) : null;
    },
  };
}

async function save(db: Kysely<Schema>, id: string, change: DeploymentChange): Promise<Deployment | null> {
  const values = toColumns(change);
  const isReported = Object.keys(values).some((key) => !UNREPORTED.has(key as keyof DeploymentTable));
  const row = await db
    .updateTable('deployment')
    .set(values)
    .$if(isReported, (query) => query.set((column) => ({ revision: column('revision', '+', 1) })))
    .where('id', '=', id)
    .where('state', '<>', 'concluded')
    .returningAll()
    .executeTakeFirst();
  return row ? toDeployment(row) : null;
}

function toColumns(change: DeploymentChange): Partial<DeploymentTable> {
  const {
    requestedByBot,
    adopted,
    knownJobIds,
    rerun,
    badFile,
    gates,
    hold,
    failedBefore,
    pipelines,
    attempts,
    firstTry,
    ...rest
  } = change;
  return {
    ...rest,
    ...(requestedByBot === undefined ? {} : { requestedByBot: requestedByBot ? 1 : 0 }),
    ...(adopted === undefined ? {} : { adopted: adopted ? 1 : 0 }),
    ...(knownJobIds === undefined ? {} : { knownJobIds: JSON.stringify(knownJobIds) }),
    ...(gates === undefined ? {} : { gates: JSON.stringify(gates) }),
    ...(firstTry === undefined ? {} : { firstJobId: firstTry?.jobId ?? null }),
    ...toJson({ rerun, hold, badFile, attempts, firstTry, failedBefore, pipelines }),
  };
}

/** Leaves out values that don't change. */
function toJson<Key extends string>(
  values: Record<Key, object | null | undefined>,
): {
  [K in Key]?: string | null;
} {
  const changed = Object.entries<object | null | undefined>(values).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(changed.map(([key, value]) => [key, value && JSON.stringify(value)])) as {
    [K in Key]?: string | null;
  };
}
