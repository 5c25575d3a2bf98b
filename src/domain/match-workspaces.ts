import type { Repository } from './deployment.ts';
import { parseRepositoryUrl } from './repository-url.ts';
import type { Workspace } from './workspace.ts';

/** The repository as workspaces may name it. */
export interface RepositoryIdentity {
  /** The GitHub host that the app serves, normalised. */
  readonly host: string;
  /** The names (`owner/name`, lower case) that mean this repository: its own and the ones it had before. */
  readonly fullNames: ReadonlySet<string>;
  /** Its name now (`owner/name`, lower case), even if workspaces mean another repository by it. */
  readonly currentName: string;
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

/** `names`: those that belong to the repository; a new repository may have a name that belongs to an older one. */
export function identifyRepository(
  { owner, name }: Pick<Repository, 'owner' | 'name'>,
  about: {
    readonly host: string;
    readonly names: readonly string[];
    readonly mappings: readonly WorkspaceMapping[];
  },
): RepositoryIdentity {
  const { host, names, mappings } = about;
  return { host, mappings, fullNames: new Set(names), currentName: `${owner}/${name}`.toLowerCase() };
}

/** Whether the operator says of any workspace that it belongs to the repository. */
export function isMapped(identity: RepositoryIdentity): boolean {
  return identity.mappings.some((mapping) => meansRepository(mapping, identity));
}

/** The operator knows who has the name now. */
function meansRepository(mapping: WorkspaceMapping, { currentName, fullNames }: RepositoryIdentity): boolean {
  return mapping.repository === currentName || fullNames.has(mapping.repository);
}

/**
 * The workspace as this repository deploys it; null when it isn't the repository's: then neither a mapping nor the
 * workspace's `repositoryUrl` says so.
 */
export function viewWorkspace(workspace: Workspace, identity: RepositoryIdentity): Workspace | null {
  const mapping = identity.mappings.find(
    (one) => one.workspaceId === workspace.id && meansRepository(one, identity),
  );
  if (mapping) return { ...workspace, branch: mapping.branch, directory: mapping.directory };
  return usesRepository(workspace, identity) ? workspace : null;
}

function usesRepository({ repositoryUrl }: Workspace, identity: RepositoryIdentity): boolean {
  const address = repositoryUrl ? parseRepositoryUrl(repositoryUrl) : null;
  return address !== null && address.host === identity.host && identity.fullNames.has(address.fullName);
}

/** Whether the name of the repository belongs to another one, which had it before. `holder`: whom it belongs to. */
export function isNameTaken(repository: Pick<Repository, 'id'>, holder: number | null): boolean {
  return holder !== null && holder !== repository.id;
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
