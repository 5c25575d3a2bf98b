import type { Kysely } from 'kysely';
import type { ResumableStore } from '../recovery/resumable-store.ts';
import type { Schema } from './schema.ts';

export function createResumableStore(db: Kysely<Schema>): ResumableStore {
  return {
    async listResumable(installationId) {
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
      return [
        ...commands.map(({ id }) => ({ queue: 'command', key: id }) as const),
        ...comments.map(({ id }) => ({ queue: 'comment', key: id }) as const),
        ...environments.map(({ id }) => ({ queue: 'environment', key: id }) as const),
      ];
    },
  };
}
