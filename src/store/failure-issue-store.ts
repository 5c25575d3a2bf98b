import { type Kysely, sql } from 'kysely';
import type { Deployment } from '../domain/deployment.ts';
import { formatWorkspaceKey, type RepositoryWorkspace } from '../domain/workspace.ts';
import type { FailureIssue, FailureIssueStore } from '../reporting/failure-issue.ts';
import { isOfRepositoryWorkspace } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

const EMPTY = {
  state: null,
  issueNumber: null,
  attemptedAt: null,
  madeAt: null,
  assignee: null,
  digest: null,
  errorKey: null,
  disabledAt: null,
  finishedAt: null,
} as const;

/** Other ends, such as superseded, withdrawn or held, say nothing about the workspace. */
const RESULTS = sql<boolean>`conclusion in ('success', 'failure', 'timed_out')`;
const FAILURES = sql<boolean>`conclusion in ('failure', 'timed_out')`;

export function createFailureIssueStore(db: Kysely<Schema>): FailureIssueStore {
  return {
    ...createIssueReads(db),

    async noteBroken(deployment, now) {
      await db
        .insertInto('failureIssue')
        .values(describeDue(deployment, now))
        .onConflict((conflict) => conflict.column('id').doUpdateSet(makeDue(deployment, now)))
        .execute();
    },

    async noteRepaired(deployment, { now, mayBeLost }) {
      if (mayBeLost) {
        await db
          .insertInto('failureIssue')
          .values(describeDue(deployment, now))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      await db
        .updateTable('failureIssue')
        .set(makeDue(deployment, now))
        .where('id', '=', formatId(deployment))
        .where((where) =>
          where.or([
            where('state', 'in', ['open', 'dismissed', 'listed']),
            where('attemptedAt', 'is not', null),
            where('finishedAt', 'is', null),
          ]),
        )
        .execute();
    },

    async saveFailureIssue(id, change) {
      await db.updateTable('failureIssue').set(change).where('id', '=', id).execute();
    },

    async finishFailureIssue({ id, deploymentId }, now) {
      await db
        .updateTable('failureIssue')
        .set({ finishedAt: now })
        .where('id', '=', id)
        .where('deploymentId', '=', deploymentId)
        .execute();
    },

    async requestReport(deploymentId) {
      await db
        .updateTable('deployment')
        .set((column) => ({ revision: column('revision', '+', 1) }))
        .where('id', '=', deploymentId)
        .execute();
    },
  };
}

type IssueReads = Omit<
  FailureIssueStore,
  'noteBroken' | 'noteRepaired' | 'saveFailureIssue' | 'finishFailureIssue' | 'requestReport'
>;

function createIssueReads(db: Kysely<Schema>): IssueReads {
  const issues = () => db.selectFrom('failureIssue').selectAll();
  return {
    async listRepositoriesWithDueIssues() {
      const due = db.selectFrom('failureIssue').select('repositoryId').distinct();
      const rows = await due.where('finishedAt', 'is', null).execute();
      return rows.map((row) => row.repositoryId);
    },

    async listDueIssues(repositoryId) {
      const due = issues().where('repositoryId', '=', repositoryId).where('finishedAt', 'is', null);
      return due.orderBy('notedAt').orderBy('id').execute();
    },

    async listOpenIssues(repositoryId) {
      const open = issues().where('repositoryId', '=', repositoryId).where('state', '=', 'open');
      return open.orderBy('issueNumber', 'desc').execute();
    },

    async listListedIssues(repositoryId) {
      const listed = issues().where('repositoryId', '=', repositoryId).where('state', '=', 'listed');
      return listed.orderBy('notedAt').orderBy('id').execute();
    },

    findLastResult: (workspace) => findResult(db, workspace),

    async readFailureSituation(workspace) {
      const last = await findResult(db, workspace);
      if (!last) return null;
      return { last, brokenSince: last.conclusion === 'success' ? null : await findBreak(db, workspace) };
    },

    async findIssuesDisabled(repositoryId) {
      const row = await db
        .selectFrom('failureIssue')
        .select(({ fn }) => fn.max('disabledAt').as('disabledAt'))
        .where('repositoryId', '=', repositoryId)
        .executeTakeFirst();
      return row?.disabledAt ?? null;
    },
  };
}

function makeDue({ id: deploymentId }: Deployment, now: number) {
  return { notedAt: now, deploymentId, finishedAt: null };
}

function describeDue(deployment: Deployment, now: number): FailureIssue {
  const { repositoryId, account, workspaceId } = deployment;
  const of = { id: formatId(deployment), repositoryId, account, workspaceId };
  return { ...of, ...EMPTY, ...makeDue(deployment, now) };
}

function formatId(workspace: RepositoryWorkspace): string {
  return `${workspace.repositoryId}:${formatWorkspaceKey(workspace)}`;
}

async function findResult(db: Kysely<Schema>, workspace: RepositoryWorkspace): Promise<Deployment | null> {
  const row = await db
    .selectFrom('deployment')
    .selectAll()
    .where(isOfRepositoryWorkspace(workspace))
    .where(RESULTS)
    .orderBy('concludedAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? toDeployment(row) : null;
}

async function findBreak(db: Kysely<Schema>, workspace: RepositoryWorkspace): Promise<Deployment | null> {
  const success = await db
    .selectFrom('deployment')
    .select('concludedAt')
    .where(isOfRepositoryWorkspace(workspace))
    .where('conclusion', '=', sql.lit('success'))
    .orderBy('concludedAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  const row = await db
    .selectFrom('deployment')
    .selectAll()
    .where(isOfRepositoryWorkspace(workspace))
    .where(FAILURES)
    .where('concludedAt', '>', success?.concludedAt ?? 0)
    .orderBy('concludedAt')
    .limit(1)
    .executeTakeFirst();
  return row ? toDeployment(row) : null;
}
