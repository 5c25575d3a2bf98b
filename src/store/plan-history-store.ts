import { type Kysely, sql } from 'kysely';
import { orderDeployments } from '../domain/order-deployments.ts';
import type { ReasonCode } from '../domain/reason-codes.ts';
import type { TreeDigestStore } from '../planning/changed-paths.ts';
import type { PlanHistory } from '../planning/plan-store.ts';
import {
  IS_DEPLOYED,
  isOfRepositoryWorkspace,
  isOfWorkspace,
  MAY_HAVE_CHANGED,
  WAS_STARTED,
} from './deployment-conditions.ts';
import { readTreeDigest } from './deployment-row.ts';
import type { Schema } from './schema.ts';

const COLUMNS = [
  'id',
  'repositoryId',
  'state',
  'conclusion',
  'concludedAt',
  'settlingSince',
  'sha',
  'deployedSha',
  'treeDigest',
] as const;

/** The reasons of pushes that started nothing. */
const NEVER_STARTED: readonly ReasonCode[] = [
  'branch_not_tracked',
  'paths_unchanged',
  'paths_unmatched',
  'nothing_changed',
  'superseded',
  'loop_brake',
  'skip_token',
  'push_off',
  'ignored_sender',
  'project_error',
  'approval_needed',
  'approval_expired',
];

export function createPlanHistoryStore(db: Kysely<Schema>): PlanHistory {
  return {
    ...createTreeDigestStore(db),

    async findPlannedPush(workspace, sha) {
      const row = await db
        .selectFrom('deployment')
        .select(['before', 'pushedAt'])
        .where(isOfRepositoryWorkspace(workspace))
        .where('sha', '=', sha)
        .where('cause', '=', 'push')
        .orderBy('pushedAt', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },

    async findFirstPending(workspace, pushedAt) {
      const row = await db
        .selectFrom('deployment')
        .select('before')
        .where(isOfRepositoryWorkspace(workspace))
        .where('pushedAt', '<', pushedAt)
        .where(MAY_HAVE_CHANGED)
        .orderBy('pushedAt')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },

    async findLastDeployed(workspace, except = '') {
      const row = await db
        .selectFrom('deployment')
        .select(['sha', 'deployedSha'])
        .where(isOfRepositoryWorkspace(workspace))
        .where('id', '<>', except)
        .where(IS_DEPLOYED)
        .where(WAS_STARTED)
        .orderBy(sql`coalesce(concluded_at, settling_since)`, 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ? (row.deployedSha ?? row.sha) : null;
    },

    readUndeployed: (workspace) => readUndeployed(db, workspace),

    async countStarted(workspace, requestedBy, since) {
      const row = await db
        .selectFrom('deployment')
        .select((column) => column.fn.countAll<number>().as('count'))
        .where(isOfWorkspace(workspace))
        .where('requestedBy', '=', requestedBy)
        .where('receivedAt', '>', since)
        .where('state', '<>', sql.lit('waiting'))
        .where('reason', 'not in', NEVER_STARTED)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

async function readUndeployed(
  db: Kysely<Schema>,
  { branch, ...workspace }: Parameters<PlanHistory['readUndeployed']>[0],
): ReturnType<PlanHistory['readUndeployed']> {
  const ofWorkspace = db.selectFrom('deployment').where(isOfRepositoryWorkspace(workspace));
  const last = await ofWorkspace
    .select((column) => column.fn.max('receivedAt').as('receivedAt'))
    .where(IS_DEPLOYED)
    .where(WAS_STARTED)
    .executeTakeFirst();
  const pushes = ofWorkspace
    .where('cause', '=', 'push')
    .where('branch', '=', branch)
    .where('receivedAt', '>', Number(last?.receivedAt ?? -1));
  const pushers = await pushes.select('requestedBy').distinct().execute();
  const first = await pushes
    .select('before')
    .orderBy('pushedAt')
    .orderBy('receivedAt')
    .limit(1)
    .executeTakeFirst();
  return { pushers: pushers.map(({ requestedBy }) => requestedBy), first: first ?? null };
}

/** The digests of the files that deployments requested and deployed. */
function createTreeDigestStore(db: Kysely<Schema>): TreeDigestStore {
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
      if (!last) return null;
      // Its job is complete, so the files are deployed.
      const deployed =
        last.state === 'settling' ? { conclusion: 'success' as const, concludedAt: last.settlingSince } : {};
      return { ...last, ...deployed, treeDigest: readTreeDigest(last.treeDigest) };
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
