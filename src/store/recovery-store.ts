import { type Kysely, sql } from 'kysely';
import type { ResumableStore } from '../recovery/resume-installation.ts';
import type { UnfinishedStore } from '../recovery/wake-unfinished.ts';
import { MAY_BE_TWICE } from './deployment-conditions.ts';
import { toDeployment } from './deployment-row.ts';
import type { Schema } from './schema.ts';

type RecoveryStore = ResumableStore &
  Omit<
    UnfinishedStore,
    | 'listArmedWorkspaces'
    | 'listOwedCommitRuns'
    | 'listWaitingCommitRuns'
    | 'listReportableWatches'
    | 'listOpenFailureComments'
    | 'listOpenGitHubDeployments'
    | 'listRepositoriesWithDueIssues'
    | 'listDueSetupRuns'
    | 'listOpenDestinations'
  >;

/** Lists the work that is left after a restart, or after the suspension of an installation. */
export function createRecoveryStore(db: Kysely<Schema>): RecoveryStore {
  return {
    async listPendingRepositories() {
      const rows = await db
        .selectFrom('delivery')
        .select('repositoryId')
        .distinct()
        .where('outcome', 'is', null)
        .execute();
      return rows.map((row) => row.repositoryId);
    },

    async listOpenWorkspaces() {
      return db
        .selectFrom('deployment')
        .select(['account', 'workspaceId'])
        .distinct()
        .where('state', '<>', sql.lit('concluded'))
        .execute();
    },

    async listOpenCommands() {
      const rows = await db.selectFrom('command').select('id').where('finishedAt', 'is', null).execute();
      return rows.map((row) => row.id);
    },

    async listUnreported() {
      const deployments = db.selectFrom('deployment').selectAll();
      const owed = await deployments.whereRef('reportedRevision', '<', 'revision').execute();
      const twice = await deployments.where(MAY_BE_TWICE).execute();
      const rows = new Map([...owed, ...twice].map((row) => [row.id, row]));
      return [...rows.values()].map(toDeployment);
    },

    listResumable: (installationId) => listResumable(db, installationId),
  };
}

async function listResumable(
  db: Kysely<Schema>,
  installationId: number,
): ReturnType<ResumableStore['listResumable']> {
  const commands = await db
    .selectFrom('command')
    .innerJoin('repository', 'repository.id', 'command.repositoryId')
    .select('command.id')
    .where('command.finishedAt', 'is', null)
    .where('repository.installationId', '=', installationId)
    .execute();
  const comments = await db
    .selectFrom('failureComment')
    .innerJoin('repository', 'repository.id', 'failureComment.repositoryId')
    .select('failureComment.id')
    .where('failureComment.finishedAt', 'is', null)
    .where('repository.installationId', '=', installationId)
    .execute();
  const environments = await db
    .selectFrom('githubDeployment')
    .innerJoin('deployment', 'deployment.id', 'githubDeployment.deploymentId')
    .innerJoin('repository', 'repository.id', 'deployment.repositoryId')
    .select('deployment.id')
    .where('githubDeployment.finishedAt', 'is', null)
    .where('repository.installationId', '=', installationId)
    .execute();
  const issues = await db
    .selectFrom('failureIssue')
    .innerJoin('repository', 'repository.id', 'failureIssue.repositoryId')
    .select('failureIssue.repositoryId')
    .distinct()
    .where('failureIssue.finishedAt', 'is', null)
    .where('repository.installationId', '=', installationId)
    .execute();
  return [
    ...commands.map(({ id }) => ({ queue: 'command', key: id }) as const),
    ...comments.map(({ id }) => ({ queue: 'comment', key: id }) as const),
    ...issues.map(({ repositoryId }) => ({ queue: 'issue', key: String(repositoryId) }) as const),
    ...environments.map(({ id }) => ({ queue: 'environment', key: id }) as const),
  ];
}
