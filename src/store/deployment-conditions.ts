import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { RepositoryWorkspace, WorkspaceKey } from '../domain/workspace.ts';
import type { Schema } from './schema.ts';

type Condition<Table extends keyof Schema> = (where: ExpressionBuilder<Schema, Table>) => Expression<SqlBool>;

/** The deployments of one workspace. */
export function isOfWorkspace({ account, workspaceId }: WorkspaceKey): Condition<'deployment'> {
  return (where) => where.and([where('account', '=', account), where('workspaceId', '=', workspaceId)]);
}

/** The deployments from one repository to a workspace: only these may be shown in the repository. */
export function isOfRepositoryWorkspace(workspace: RepositoryWorkspace): Condition<'deployment'> {
  return (where) =>
    where.and([isOfWorkspace(workspace)(where), where('repositoryId', '=', workspace.repositoryId)]);
}

// A partial index only serves a query with literally the same condition.

/** A start was attempted, an existing job was adopted, or a success is known from its check run. */
export const WAS_STARTED = sql<SqlBool>`(conclusion = 'success' or attempted_at is not null or accepted_at is not null)`;

/** The job is complete, so the files are deployed, even if pipelines failed. */
export const IS_DEPLOYED = sql<SqlBool>`(conclusion = 'success' or reason in ('pipelines_failed', 'verification_failed') or state = 'settling')`;

export const MAY_HAVE_CHANGED = sql<SqlBool>`(cause = 'push' and reason not in ('branch_not_tracked', 'paths_unchanged', 'paths_unmatched', 'nothing_changed'))`;

/** The check run may exist twice: the answer to a create was lost, and the app created it again. */
export const MAY_BE_TWICE = sql<SqlBool>`check_run_id is not null and check_run_attempted_at is not null`;
