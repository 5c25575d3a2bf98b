import { type Kysely, sql } from 'kysely';
import type { AuditRecord } from '../domain/audit-record.ts';
import type { Answer, ParsedCommand } from '../domain/conversation.ts';
import type { Gate } from '../domain/gate.ts';
import { describeCommandJobs } from './describe-command-jobs.ts';
import type { Schema } from './schema.ts';

/** How many records one query returns. Each query reads the table, which has no index of these times. */
const PAGE = 1_000;

type FormatRequest = (parsed: ParsedCommand) => string | null;

/** The records since a time (epoch milliseconds), ordered by time. Reads only. */
export async function* readAudit(
  db: Kysely<Schema>,
  since: number,
  formatRequest: FormatRequest,
): AsyncGenerator<AuditRecord> {
  const describeRequest = (parsed: string | null) =>
    parsed === null ? null : formatRequest(JSON.parse(parsed) as ParsedCommand);
  const sources = [
    readPages((after) => readDeployments(db, after, describeRequest), since),
    readPages((after) => readCommands(db, after, describeRequest), since),
    readPages((after) => readRefusedPresses(db, after), since),
  ];
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let first = -1;
    heads.forEach((head, index) => {
      const best = heads[first];
      if (!head.done && (!best || best.done || head.value.at < best.value.at)) first = index;
    });
    const [head, source] = [heads[first], sources[first]];
    if (!head || head.done || !source) return;
    yield head.value.record;
    heads[first] = await source.next();
  }
}

/** A `ParsedCommand` as JSON. */
type DescribeRequest = (parsed: string | null) => string | null;

interface Found {
  readonly at: number;
  readonly id: string;
  readonly record: AuditRecord;
}

interface After {
  readonly at: number;
  readonly id: string;
}

async function* readPages(
  read: (after: After) => Promise<readonly Found[]>,
  since: number,
): AsyncGenerator<Found, undefined> {
  let after: After = { at: since, id: '' };
  for (;;) {
    const page = await read(after);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last;
  }
}

const DEPLOYMENT_COLUMNS = [
  'deployment.id',
  'deployment.receivedAt',
  'deployment.cause',
  'deployment.requestedBy',
  'deployment.account',
  'deployment.repositoryId',
  'deployment.workspaceId',
  'deployment.workspaceName',
  'deployment.branch',
  'deployment.sha',
  'deployment.deployedSha',
  'deployment.jobId',
  'deployment.conclusion',
  'deployment.reason',
  'deployment.withdrawnBy',
  'deployment.concludedAt',
  'deployment.deliveryId',
  'deployment.checkRunUrl',
  'deployment.firstJobId',
  'deployment.forcedBy',
  'deployment.gates',
] as const;

/** Deployments with a check run. */
async function readDeployments(
  db: Kysely<Schema>,
  after: After,
  describeRequest: DescribeRequest,
): Promise<readonly Found[]> {
  const rows = await db
    .selectFrom('deployment')
    .leftJoin('delivery', 'delivery.id', 'deployment.deliveryId')
    .leftJoin('command', 'command.id', 'deployment.deliveryId')
    .leftJoin('repository', 'repository.id', 'deployment.repositoryId')
    .select(DEPLOYMENT_COLUMNS)
    .select(['delivery.role', 'command.parsed', 'repository.owner', 'repository.name as repositoryName'])
    .where(isAfter('deployment', after))
    .where(sql<boolean>`coalesce(deployment.conclusion, 'open') <> 'none'`)
    .orderBy('deployment.receivedAt')
    .orderBy('deployment.id')
    .limit(PAGE)
    .execute();
  return rows.map((row) => ({
    at: row.receivedAt,
    id: row.id,
    record: {
      time: formatTime(row.receivedAt) ?? '',
      kind: row.cause,
      requested_by: row.requestedBy || null,
      role: row.role,
      request: describeRequest(row.parsed),
      account: row.account,
      repository_id: row.repositoryId,
      repository: joinName(row.owner, row.repositoryName),
      workspace_id: row.workspaceId,
      workspace: row.workspaceName,
      branch: row.branch || null,
      requested_commit: row.sha,
      deployed_commit: row.deployedSha,
      job_id: row.jobId,
      outcome: row.conclusion ?? 'open',
      reason: row.reason,
      withdrawn_by: row.withdrawnBy,
      ended: formatTime(row.concludedAt),
      delivery_id: row.deliveryId,
      deployment_id: row.id,
      check_run_url: row.checkRunUrl,
      first_job_id: row.firstJobId,
      forced_by: row.forcedBy,
      forced_past: listForced(row.gates),
    },
  }));
}

/** `gates` is JSON. */
function listForced(gates: string): string | null {
  const forced = (JSON.parse(gates) as Gate[]).filter(({ passed }) => passed?.how === 'forced');
  return forced.map(({ kind }) => kind).join(', ') || null;
}

/** Commands that requested no deployment. */
async function readCommands(
  db: Kysely<Schema>,
  after: After,
  describeRequest: DescribeRequest,
): Promise<readonly Found[]> {
  const rows = await db
    .selectFrom('command')
    .leftJoin('delivery', 'delivery.id', 'command.id')
    .leftJoin('repository', 'repository.id', 'command.repositoryId')
    .leftJoin('pipelineWatch', 'pipelineWatch.deliveryId', 'command.id')
    .selectAll('command')
    .select(['delivery.role', 'repository.owner', 'repository.name as repositoryName'])
    .select([
      'pipelineWatch.state',
      'pipelineWatch.pipelines',
      'pipelineWatch.workspaceId',
      'pipelineWatch.workspaceName',
      'pipelineWatch.sha',
      'pipelineWatch.checkRunUrl',
      'pipelineWatch.concludedAt',
    ])
    .where(isAfter('command', after))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deployment')
            .select(sql.lit(1).as('one'))
            .whereRef('deployment.deliveryId', '=', 'command.id'),
        ),
      ),
    )
    .orderBy('command.receivedAt')
    .orderBy('command.id')
    .limit(PAGE)
    .execute();
  return rows.map((row) => {
    const answer = JSON.parse(row.answer) as Answer;
    const isRefused = answer.kind === 'refused';
    const request = {
      kind: 'command' as const,
      requested_by: row.actor,
      role: row.role,
      request: describeRequest(row.parsed),
      account: row.account,
      outcome: isRefused ? 'refused' : 'answered',
      reason: isRefused ? answer.refusal.code : answer.kind,
    };
    return {
      at: row.receivedAt,
      id: row.id,
      record: { ...makeRequest(row, request), ...describeCommandJobs(row) },
    };
  });
}

/** Re-runs and buttons that were refused. */
async function readRefusedPresses(db: Kysely<Schema>, after: After): Promise<readonly Found[]> {
  const rows = await db
    .selectFrom('delivery')
    .leftJoin('repository', 'repository.id', 'delivery.repositoryId')
    .selectAll('delivery')
    .select(['repository.owner', 'repository.name as repositoryName'])
    .where(isAfter('delivery', after))
    .where('delivery.name', 'in', ['check_run', 'check_suite'])
    .where('delivery.outcome', '=', 'command_refused')
    .orderBy('delivery.receivedAt')
    .orderBy('delivery.id')
    .limit(PAGE)
    .execute();
  return rows.map((row) => {
    const { actor = null, how } = JSON.parse(row.event) as { actor?: string; how?: string };
    const request = {
      kind: how === 'button' || how === 'approve' ? ('button' as const) : ('rerun' as const),
      requested_by: actor,
      role: row.role,
      request: null,
      account: null,
      outcome: 'refused',
      reason: 'command_refused',
    };
    return { at: row.receivedAt, id: row.id, record: makeRequest(row, request) };
  });
}

interface RequestRow {
  readonly id: string;
  readonly receivedAt: number;
  readonly repositoryId: number;
  readonly owner: string | null;
  readonly repositoryName: string | null;
}

/** A request that made no deployment. */
function makeRequest(
  row: RequestRow,
  {
    kind,
    requested_by,
    role,
    request,
    account,
    outcome,
    reason,
  }: Pick<AuditRecord, 'kind' | 'requested_by' | 'role' | 'request' | 'account' | 'outcome' | 'reason'>,
): AuditRecord {
  return {
    time: formatTime(row.receivedAt) ?? '',
    kind,
    requested_by,
    role,
    request,
    account,
    repository_id: row.repositoryId,
    repository: joinName(row.owner, row.repositoryName),
    workspace_id: null,
    workspace: null,
    branch: null,
    requested_commit: null,
    deployed_commit: null,
    job_id: null,
    outcome,
    reason,
    withdrawn_by: null,
    ended: null,
    delivery_id: row.id,
    deployment_id: null,
    check_run_url: null,
    first_job_id: null,
    forced_by: null,
    forced_past: null,
  };
}

/** The records after a position in the order of time and id. */
function isAfter(table: 'deployment' | 'command' | 'delivery', { at, id }: After) {
  const [time, key] = [sql.ref(`${table}.receivedAt`), sql.ref(`${table}.id`)];
  return sql<boolean>`(${time} > ${at} or (${time} = ${at} and ${key} > ${id}))`;
}

function joinName(owner: string | null, name: string | null): string | null {
  return owner === null || name === null ? null : `${owner}/${name}`;
}

function formatTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
