import type { Kysely } from 'kysely';
import type { WorkspaceKey } from '../domain/workspace.ts';
import { isOfWorkspace } from './deployment-conditions.ts';
import type { Schema } from './schema.ts';

/** Those of the jobs that belong to deployments of the workspace, as first or second tries too. */
export async function listDeploymentJobs(
  db: Kysely<Schema>,
  workspace: WorkspaceKey,
  { jobIds, adopted }: { readonly jobIds: readonly string[]; readonly adopted: boolean },
): Promise<Set<string>> {
  if (jobIds.length === 0) return new Set();
  // Each has an index of its own.
  const select = (column: 'jobId' | 'firstJobId') =>
    db
      .selectFrom('deployment')
      .select(`${column} as id`)
      .where(isOfWorkspace(workspace))
      .where(column, 'in', jobIds)
      .$if(!adopted, (query) => query.where('adopted', '=', 0));
  const rows = await select('jobId').unionAll(select('firstJobId')).execute();
  return new Set(rows.flatMap(({ id }) => id ?? []));
}
