import type { Repository } from './deployment.ts';
import { parseRepositoryUrl } from './repository-url.ts';
import type { Workspace } from './workspace.ts';

/** The repository as workspaces may name it. */
export interface RepositoryIdentity {
  /** The GitHub host that the app serves, normalised. */
  readonly host: string;
  /** The names (`owner/name`, lower case) that mean this repository: its own and the ones it had before. */
  readonly fullNames: ReadonlySet<string>;
  /** What the operator says about workspaces of the repository's owner. */
  readonly mappings: readonly WorkspaceMapping[];
}

/** A workspace that belongs to a repository because the operator says so, whatever its `repositoryUrl` is. */
export interface WorkspaceMapping {
  /** `owner/name`, lower case. */
  readonly repository: string;
  /** These two count instead of the workspace's own, null as there. */
  readonly branch: string | null;
  readonly directory: string | null;
  readonly workspaceId: string;
}

/**
 * The workspace as this repository deploys it; null when it isn't the repository's: then neither a mapping nor the
 * workspace's `repositoryUrl` says so.
 */
export function viewWorkspace(workspace: Workspace, identity: RepositoryIdentity): Workspace | null {
  const mapping = identity.mappings.find(
    (one) => one.workspaceId === workspace.id && identity.fullNames.has(one.repository),
  );
  if (mapping) return { ...workspace, branch: mapping.branch, directory: mapping.directory };
  return usesRepository(workspace, identity) ? workspace : null;
}

function usesRepository({ repositoryUrl }: Workspace, identity: RepositoryIdentity): boolean {
  const address = repositoryUrl ? parseRepositoryUrl(repositoryUrl) : null;
  return address !== null && address.host === identity.host && identity.fullNames.has(address.fullName);
}

/** The branch that the workspace deploys. */
export function trackedBranch(workspace: Workspace, repository: Repository): string {
  return workspace.branch ?? repository.defaultBranch;
}

/** The workspaces among `workspaces` that are this repository's, as it deploys them. */
export function selectWorkspaces(
  workspaces: readonly Workspace[],
  identity: RepositoryIdentity,
): readonly Workspace[] {
  return workspaces.flatMap((workspace) => viewWorkspace(workspace, identity) ?? []);
}
