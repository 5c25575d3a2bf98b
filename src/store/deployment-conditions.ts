import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { RepositoryWorkspace, WorkspaceKey } from '../domain/workspace-key.ts';
import type { Schema } from './schema.ts';

type Condition<Table extends keyof Schema> = (where: ExpressionBuilder<Schema, Table>) => Expression<SqlBool>;

/** The rows of one workspace: of its id, at its account. Every query about a workspace goes through one of these. */
export function isOfWorkspace({ account, workspaceId }: WorkspaceKey): Condition<'deployment'> {
  return (where) => where.and([where('account', '=', account), where('workspaceId', '=', workspaceId)]);
}

/** Those that one repository deploys to it: what people of the repository may see. */
export function isOfRepositoryWorkspace(workspace: RepositoryWorkspace): Condition<'deployment'> {
  return (where) =>
    where.and([isOfWorkspace(workspace)(where), where('repositoryId', '=', workspace.repositoryId)]);
}

// An index that is limited to a condition serves a query that has the same one, word for word.

/** A start was attempted, or a job that was there already was taken; a success known only from its check run is one too. */
export const WAS_STARTED = sql<SqlBool>`(conclusion = 'success' or attempted_at is not null or accepted_at is not null)`;

/** A push that may have changed something for the workspace. */
export const MAY_HAVE_CHANGED = sql<SqlBool>`(cause = 'push' and reason not in ('branch_not_tracked', 'paths_unchanged', 'paths_unmatched', 'nothing_changed'))`;

/** A create of its check run was not answered, and it was created again. */
export const MAY_BE_TWICE = sql<SqlBool>`check_run_id is not null and check_run_attempted_at is not null`;
