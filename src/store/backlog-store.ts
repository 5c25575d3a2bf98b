import { type Kysely, sql } from 'kysely';
import type { Hold } from '../domain/gate.ts';
import type { Backlog, BacklogStore } from '../web/backlog-metrics.ts';
import type { Schema } from './schema.ts';

/** Each query uses a partial index on unfinished rows, so it stays fast in a large database. */
export function createBacklogStore(db: Kysely<Schema>): BacklogStore {
  async function countReports(table: 'deployment' | 'commitRun' | 'pipelineWatch'): Promise<number> {
    const { count } = await db
      .selectFrom(table)
      .select((column) => column.fn.countAll<number>().as('count'))
      .whereRef('reportedRevision', '<', 'revision')
      .executeTakeFirstOrThrow();
    return count;
  }
  return {
    async readBacklog() {
      const { count: deliveries } = await db
        .selectFrom('delivery')
        .select((column) => column.fn.countAll<number>().as('count'))
        .where('outcome', 'is', null)
        .executeTakeFirstOrThrow();
      const open = await db
        .selectFrom('deployment')
        .select((column) => [
          'state',
          column.fn.countAll<number>().as('count'),
          column.fn.min('receivedAt').as('oldest'),
        ])
        .where('state', '<>', sql.lit('concluded'))
        .groupBy('state')
        .execute();
      const deployments = { waiting: 0, starting: 0, queued: 0, running: 0, settling: 0 };
      for (const { state, count } of open) if (state !== 'concluded') deployments[state] = count;
      let reports = 0;
      for (const table of ['deployment', 'commitRun', 'pipelineWatch'] as const) {
        reports += await countReports(table);
      }
      const { count: notifications } = await db
        .selectFrom('notification')
        .select((column) => column.fn.countAll<number>().as('count'))
        .where('finishedAt', 'is', null)
        .executeTakeFirstOrThrow();
      const oldestReceivedAt = open.length > 0 ? Math.min(...open.map((row) => row.oldest)) : null;
      return {
        deliveries,
        deployments,
        reports,
        notifications,
        oldestReceivedAt,
        held: await readHeld(db),
      };
    },
  };
}

/** A deployment that nobody has approved yet is concluded, but waits all the same. */
async function readHeld(db: Kysely<Schema>): Promise<Backlog['held']> {
  const held = await db
    .selectFrom('deployment')
    .select((column) => [
      'hold',
      column.fn.countAll<number>().as('count'),
      column.fn.min('heldSince').as('since'),
    ])
    .where('state', '=', sql.lit('waiting'))
    .where('hold', 'is not', null)
    .groupBy('hold')
    .execute();
  const { count: unapproved, since } = await db
    .selectFrom('deployment')
    .select((column) => [column.fn.countAll<number>().as('count'), column.fn.min('concludedAt').as('since')])
    .where('armedUntil', 'is not', null)
    .where('reason', '=', 'approval_needed')
    .executeTakeFirstOrThrow();
  const approvals = unapproved > 0 ? [{ reason: 'approval_needed', count: unapproved, since }] : [];
  return [...held.map(({ hold, ...one }) => ({ reason: readReason(hold), ...one })), ...approvals];
}

function readReason(hold: string | null): string {
  return (JSON.parse(hold ?? '{}') as Partial<Hold>).reason ?? '';
}
