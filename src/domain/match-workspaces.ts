import type { Repository } from './deployment.ts';
import { parseRepositoryUrl, type RepositoryAddress } from './repository-url.ts';
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
  readonly id: number;
  /** By name: the repository that has it now, as far as it is known here. */
  readonly holders: ReadonlyMap<string, NameHolder>;
  /**
   * Since when a workspace (by its id) and the operator (by `keyOfMapping`) say what they say (epoch milliseconds).
   */
  readonly statedSince: ReadonlyMap<string, number>;
}

/** The repository that a workspace names. */
export interface WorkspaceStatement {
  /** `owner/name`, lower case: how the URL is written, and what credentials are in it, says nothing. */
  readonly fullName: string;
  /** When the workspace was made (epoch milliseconds); 0 where Meltano Cloud doesn't say: before everything. */
  readonly created: number;
}

/** The repository that has a name now, and since when at the latest (epoch milliseconds). */
export interface NameHolder {
  readonly repositoryId: number;
  readonly since: number;
}

/** A workspace that belongs to a repository because the operator says so, whatever its `repositoryUrl` is. */
export interface WorkspaceMapping {
  /** `owner/name`, lower case. */
  readonly repository: string;
  /** These two count instead of the workspace's own; null as there: the default branch, and the root. */
  readonly branch: string | null;
  readonly directory: string | null;
  /** In lower case. */
  readonly workspaceId: string;
}

/** `names`: those that belong to the repository; a new repository may have a name that belongs to an older one. */
export function identifyRepository(
  repository: Pick<Repository, 'id' | 'owner' | 'name'>,
  about: Pick<RepositoryIdentity, 'host' | 'mappings'> &
    Partial<Pick<RepositoryIdentity, 'holders' | 'statedSince'>> & { readonly names: readonly string[] },
): RepositoryIdentity {
  const { host, names, mappings, holders = new Map(), statedSince = new Map() } = about;
  const [currentName, fullNames] = [nameRepository(repository), new Set(names)];
  return { id: repository.id, host, mappings, fullNames, currentName, holders, statedSince };
}

/** `owner/name` in lower case. */
export function nameRepository({ owner, name }: Pick<Repository, 'owner' | 'name'>): string {
  return `${owner}/${name}`.toLowerCase();
}

/**
 * The workspace as this repository deploys it; null when it isn't the repository's: then neither a mapping nor the
 * workspace's `repositoryUrl` says so.
 */
export function viewWorkspace(workspace: Workspace, identity: RepositoryIdentity): Workspace | null {
  const mapping = identity.mappings.find(
    (one) => one.workspaceId === workspace.id && isMeant(identity, one.repository, keyOfMapping(one)),
  );
  if (mapping) return { ...workspace, branch: mapping.branch, directory: mapping.directory };
  return usesRepository(workspace, identity) ? workspace : null;
}

function usesRepository(workspace: Workspace, identity: RepositoryIdentity): boolean {
  const fullName = readFullName(workspace, identity.host);
  return fullName !== null && isMeant(identity, fullName, workspace.id);
}

/**
 * Whether a name that somebody says (`key`) means this repository. A name belongs to the repository that was first seen
 * with it; what was said since another one has it means that other one.
 */
function isMeant(identity: RepositoryIdentity, fullName: string, key: string): boolean {
  const isOwn = identity.fullNames.has(fullName);
  if (!isOwn && fullName !== identity.currentName) return false;
  const holder = identity.holders.get(fullName);
  const isNewer = holder !== undefined && (identity.statedSince.get(key) ?? 0) > holder.since;
  const isHolder = holder?.repositoryId === identity.id;
  return isOwn ? isHolder || !isNewer : isHolder && isNewer;
}

/** By what it is remembered since when the operator says this. */
export function keyOfMapping({ workspaceId, repository }: WorkspaceMapping): string {
  return `${workspaceId} ${repository}`;
}

/** The repository on the host that a workspace names (`owner/name`, lower case); null when it names none there. */
export function readFullName(workspace: NamesRepository, host: string): string | null {
  const address = readAddress(workspace);
  return address?.host === host ? address.fullName : null;
}

type NamesRepository = Pick<Workspace, 'repositoryUrl'>;

/** Of the lists that are in use: each push is compared with all workspaces, and reading a URL is most of the work. */
const addresses = new WeakMap<NamesRepository, RepositoryAddress | null>();

function readAddress(workspace: NamesRepository): RepositoryAddress | null {
  const known = addresses.get(workspace);
  if (known !== undefined) return known;
  const address = workspace.repositoryUrl ? parseRepositoryUrl(workspace.repositoryUrl) : null;
  addresses.set(workspace, address);
  return address;
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
