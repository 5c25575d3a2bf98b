import { type Kysely, sql } from 'kysely';
import type { Deployment, PlannedDeployment } from '../domain/deployment.ts';
import { findSuperseded } from '../domain/supersede.ts';
import type { WorkspaceKey } from '../domain/workspace.ts';
import type { AdoptionStore, NotedRerun, Plan, PlanStore } from '../planning/plan-store.ts';
import { insertApprovals } from './approval-store.ts';
import { toCommandRow } from './command-store.ts';
import { insertCommitRuns, leaveComparisons, rewriteCommitRuns } from './commit-run-store.ts';
import { isOfRepositoryWorkspace, isOfWorkspace } from './deployment-conditions.ts';
import { toDeployment, toNewRow } from './deployment-row.ts';
import { disarmOlder } from './gate-store.ts';
import { openGitHubDeployment } from './github-deployment-store.ts';
import { replaceLocks } from './lock-store.ts';
import { insertNotifications } from './notification-store.ts';
import { insertPipelineWatches, noteWatchRerun } from './pipeline-watch-store.ts';
import type { Schema } from './schema.ts';

/** Deployments per statement: each has some 50 values, and the databases accept some 32,000. */
const INSERT_BATCH = 100;
/** A push that arrives late is compared with this number of the workspace's newest deployments. */
const NEWEST = 20;

export function createPlanStore(db: Kysely<Schema>): PlanStore & AdoptionStore {
  return {
    async commitPlan(
      { deliveryId, outcome, deployments, command, withdraw, reruns, now, role = null, ...rest },
      describe = () => [],
    ) {
      return await db.transaction().execute(async (tx) => {
        const marked = await tx
          .updateTable('delivery')
          // Only planning needs the commit message.
          .set({ outcome, message: null, role })
          .where('id', '=', deliveryId)
          .where('outcome', 'is', null)
          .executeTakeFirst();
        if (marked.numUpdatedRows === 0n) return [];
        if (command) await tx.insertInto('command').values(toCommandRow(command)).execute();
        await storeOthers(tx, rest);
        await insertApprovals(tx, rest.approvals, now);
        const changed = new Map<string, Deployment>();
        const note = (list: readonly Deployment[]) => {
          for (const one of list) changed.set(one.id, one);
        };
        if (withdraw) note(await withdrawOpen(tx, deliveryId, withdraw));
        for (const one of reruns ?? []) note(await noteRerun(tx, one, now));
        const inserted = await insertDeployments(tx, deployments, now);
        note(inserted);
        await insertNotifications(tx, inserted.flatMap(describe));
        for (const one of rest.unchanged ?? []) await openGitHubDeployment(tx, one);
        const deploying = deployments.filter((one) => one.conclusion === null);
        note(await disarmOlder(tx, deployments));
        for (const planned of deploying) {
          note(await supersedeOlder(tx, planned, now));
        }
        return [...changed.values()];
      });
    },

    async commitChecks(checks) {
      await db.transaction().execute((tx) => storeOthers(tx, checks));
    },

    async adoptRequiredCheck({ verdict, ...run }, { run: number, lost }) {
      if (verdict.kind !== 'required') return;
      const adopted = { ...run, verdict: { ...verdict, run: number, lost } };
      await db.transaction().execute((tx) => insertCommitRuns(tx, [adopted], { attemptedAt: run.createdAt }));
    },

    async adopt(planned, { knownJobIds, ...found }, commitRuns) {
      const now = found.acceptedAt ?? found.attemptedAt ?? planned.receivedAt;
      const row = { ...toNewRow(planned, now), ...found, knownJobIds: JSON.stringify(knownJobIds) };
      return await db.transaction().execute(async (tx) => {
        const result = await tx
          .insertInto('deployment')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (!result.numInsertedOrUpdatedRows) return false;
        await insertCommitRuns(tx, commitRuns, { attemptedAt: planned.receivedAt });
        return true;
      });
    },
  };
}

/** Stores the locks, and the check runs of the plan that show no deployment. */
async function storeOthers(
  tx: Kysely<Schema>,
  {
    commitRuns = [],
    leftComparisons = [],
    rewrittenRuns = [],
    rerunWatch,
    pipelineWatch,
    locks,
  }: Partial<Plan>,
): Promise<void> {
  await insertCommitRuns(tx, commitRuns);
  await leaveComparisons(tx, leftComparisons);
  await rewriteCommitRuns(tx, rewrittenRuns);
  if (rerunWatch) await noteWatchRerun(tx, rerunWatch);
  if (locks) await replaceLocks(tx, locks);
  if (pipelineWatch) await insertPipelineWatches(tx, [pipelineWatch]);
}

async function insertDeployments(
  tx: Kysely<Schema>,
  deployments: readonly PlannedDeployment[],
  now: number,
): Promise<Deployment[]> {
  const inserted: Deployment[] = [];
  for (let from = 0; from < deployments.length; from += INSERT_BATCH) {
    const rows = await tx
      .insertInto('deployment')
      .values(deployments.slice(from, from + INSERT_BATCH).map((planned) => toNewRow(planned, now)))
      .returningAll()
      .execute();
    inserted.push(...rows.map(toDeployment));
  }
  return inserted;
}

/** Stores the requested cancellation with each deployment; the reconciler carries it out. */
async function withdrawOpen(
  tx: Kysely<Schema>,
  deliveryId: string,
  { by, workspaces }: NonNullable<Plan['withdraw']>,
): Promise<Deployment[]> {
  if (workspaces.length === 0) return [];
  const rows = await tx
    .updateTable('deployment')
    .set((column) => ({
      withdrawnBy: by,
      withdrawDeliveryId: deliveryId,
      revision: column('revision', '+', 1),
    }))
    .where((where) => where.or(workspaces.map((one) => isOfRepositoryWorkspace(one)(where))))
    .where('state', '<>', sql.lit('concluded'))
    // Its job is over.
    .where('state', '<>', sql.lit('settling'))
    .where('withdrawDeliveryId', 'is', null)
    .returningAll()
    .execute();
  return rows.map(toDeployment);
}

/** Makes the deployment's check run due again. Restores a deployment that only its check run still describes. */
async function noteRerun(
  tx: Kysely<Schema>,
  { deploymentId, repositoryId, rerun, lost }: NotedRerun,
  now: number,
): Promise<Deployment[]> {
  const noted = JSON.stringify(rerun);
  const rows = await tx
    .updateTable('deployment')
    .set((column) => ({ rerun: noted, revision: column('revision', '+', 1) }))
    .where('id', '=', deploymentId)
    .where('repositoryId', '=', repositoryId)
    .returningAll()
    .execute();
  if (rows.length > 0 || lost === null) return rows.map(toDeployment);
  const restored = await tx
    .insertInto('deployment')
    .values({ ...toNewRow(lost.planned, now), ...lost.ended, rerun: noted })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute();
  return restored.map(toDeployment);
}

async function supersedeOlder(
  tx: Kysely<Schema>,
  workspace: WorkspaceKey,
  now: number,
): Promise<Deployment[]> {
  const ofWorkspace = tx.selectFrom('deployment').selectAll().where(isOfWorkspace(workspace));
  const open = await ofWorkspace.where('state', '<>', sql.lit('concluded')).execute();
  const newest = await ofWorkspace
    .where('state', '=', sql.lit('concluded'))
    .where('conclusion', '<>', sql.lit('none'))
    .where('reason', '<>', sql.lit('superseded'))
    .orderBy('pushedAt', 'desc')
    .orderBy('receivedAt', 'desc')
    .limit(NEWEST)
    .execute();
  // GitHub's times are whole seconds: only the whole chain of pushes, deployed or not, gives the order within a second.
  const seconds = open
    .map(({ pushedAt }) => pushedAt)
    .filter((time) => newest.some((one) => one.pushedAt === time));
  const linking =
    seconds.length === 0
      ? []
      : await ofWorkspace
          .where('state', '=', sql.lit('concluded'))
          .where('pushedAt', 'in', seconds)
          .execute();
  const others = newest.filter(({ pushedAt }) => !seconds.includes(pushedAt));
  const changed: Deployment[] = [];
  for (const { deployment, by } of findSuperseded([...others, ...linking, ...open].map(toDeployment))) {
    const superseded = await supersede(tx, deployment.id, by.id, now);
    if (superseded) changed.push(superseded);
  }
  return changed;
}

/** Null if another instance attempted the start after the deployment was read. */
async function supersede(
  tx: Kysely<Schema>,
  id: string,
  by: string,
  now: number,
): Promise<Deployment | null> {
  const row = await tx
    .updateTable('deployment')
    .set((column) => ({
      state: 'concluded',
      conclusion: 'skipped',
      reason: 'superseded',
      concludedAt: now,
      supersededBy: by,
      problem: null,
      revision: column('revision', '+', 1),
    }))
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .returningAll()
    .executeTakeFirst();
  return row ? toDeployment(row) : null;
}
