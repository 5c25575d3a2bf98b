import type { RepositoryName } from '../domain/deployment.ts';

/** A repository as Octokit's methods name it. */
export function locate(repository: RepositoryName): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}
