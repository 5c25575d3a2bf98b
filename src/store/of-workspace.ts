import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
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
