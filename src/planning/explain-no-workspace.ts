import type { Repository } from '../domain/deployment.ts';
import { isNameTaken } from '../domain/match-workspaces.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';

/** Why a repository has no workspace. */
export async function explainNoWorkspace(
  repository: Repository,
  repositories: Pick<RepositoryStore, 'findNameHolder'>,
): Promise<'name_taken' | 'no_workspace'> {
  const holder = await repositories.findNameHolder(`${repository.owner}/${repository.name}`);
  return isNameTaken(repository, holder) ? 'name_taken' : 'no_workspace';
}
