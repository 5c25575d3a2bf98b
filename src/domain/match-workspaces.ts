import type { Repository } from './deployment.ts';
import { parseRepositoryUrl } from './repository-url.ts';
import type { Workspace } from './workspace.ts';

/** The repository as workspaces may name it. */
export interface RepositoryIdentity {
  /** The GitHub host that the app serves, normalised. */
  readonly host: string;
  /** The names (`owner/name`, lower case) that mean this repository: its own and the ones it had before. */
  readonly fullNames: ReadonlySet<string>;
}

/** Whether the workspace's `repositoryUrl` is this repository. */
export function usesRepository(workspace: Workspace, identity: RepositoryIdentity): boolean {
  if (!workspace.repositoryUrl) return false;
  const address = parseRepositoryUrl(workspace.repositoryUrl);
  return address !== null && address.host === identity.host && identity.fullNames.has(address.fullName);
}

/** The branch that the workspace deploys. */
export function trackedBranch(workspace: Workspace, repository: Repository): string {
  return workspace.branch ?? repository.defaultBranch;
}

/** The workspaces among `workspaces` that are this repository's. */
export function selectWorkspaces(
  workspaces: readonly Workspace[],
  identity: RepositoryIdentity,
): readonly Workspace[] {
  return workspaces.filter((workspace) => usesRepository(workspace, identity));
}
