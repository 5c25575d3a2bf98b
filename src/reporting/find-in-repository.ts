import type { Deployment } from '../domain/deployment.ts';
import type { DeploymentReader } from '../domain/deployment-store.ts';

/**
 * The deployment of that id, if it is the repository's. All that is shown or done for people of a repository goes through
 * here: ids come from check runs, and a workspace may have been another repository's before.
 */
export async function findInRepository(
  store: DeploymentReader,
  id: string | null,
  repositoryId: number,
): Promise<Deployment | null> {
  const found = id === null ? null : await store.getDeployment(id);
  return found?.repositoryId === repositoryId ? found : null;
}
