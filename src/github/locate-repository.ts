import type { Repository } from '../domain/deployment.ts';

/** A repository as Octokit's methods name it. */
export function locate(repository: Pick<Repository, 'owner' | 'name'>): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}
