import type { Repository, RepositoryName } from './deployment.ts';
import { parseRepositoryUrl, type RepositoryAddress } from './repository-url.ts';
import type { Workspace } from './workspace.ts';

/** A workspace that belongs to a repository because the operator says so, whatever its `repositoryUrl` is. */
export interface WorkspaceMapping {
  /** `owner/name`, lower case. */
  readonly repository: string;
  /** These two replace the workspace's own; null means the default branch, and the root. */
  readonly branch: string | null;
  readonly directory: string | null;
  /** In lower case. */
  readonly workspaceId: string;
}

/** A name by which a workspace, or the operator for it, refers to a repository. */
export interface WorkspaceReference {
  readonly workspace: Workspace;
  /** Null for the workspace's own `repositoryUrl`. */
  readonly mapping: WorkspaceMapping | null;
  /** `owner/name`, lower case. */
  readonly fullName: string;
}

/** The repository that a reference is pinned to: a repository that takes the name later doesn't get the workspace. */
export interface WorkspacePin {
  readonly workspaceId: string;
  /** `url`, or the `owner/name` of a mapping. */
  readonly source: string;
  /** The name that was pinned: another one in the reference means that it was set anew. */
  readonly fullName: string;
  readonly repositoryId: number;
}

/** The repository that has a name now, and since when at the latest (epoch milliseconds). */
export interface NameHolder {
  readonly repositoryId: number;
  readonly since: number;
}

/** What decides whether a reference means a repository. */
export interface RepositoryIdentity {
  readonly id: number;
  /** The names (`owner/name`, lower case) that it was the first to be seen with. */
  readonly ownNames: ReadonlySet<string>;
  /** By name: the repository that has it now, as far as it is known here. */
  readonly holders: ReadonlyMap<string, NameHolder>;
}

/** `owner/name` in lower case. */
export function nameRepository({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`.toLowerCase();
}

/** The references to a repository by one of its names, mappings first. */
export function listReferences(
  workspaces: readonly Workspace[],
  about: {
    /** The GitHub host that the app serves, normalised. */
    readonly host: string;
    readonly mappings: readonly WorkspaceMapping[];
    readonly names: ReadonlySet<string>;
  },
): WorkspaceReference[] {
  const mappings = about.mappings.filter((one) => about.names.has(one.repository));
  return workspaces.flatMap((workspace) => {
    const references: WorkspaceReference[] = mappings
      .filter((one) => one.workspaceId === workspace.id)
      .map((mapping) => ({ workspace, mapping, fullName: mapping.repository }));
    const address = readAddress(workspace);
    if (address?.host !== about.host || !about.names.has(address.fullName)) return references;
    return [...references, { workspace, mapping: null, fullName: address.fullName }];
  });
}

/** What a reference is pinned under. */
export function sourceOf({ mapping }: WorkspaceReference): string {
  return mapping?.repository ?? 'url';
}

/**
 * True if the reference means the repository. A pin decides for as long as the reference has the same name. A name that
 * was set since another repository took it means that repository; otherwise a name belongs to its first owner.
 */
export function refersTo(
  { workspace, mapping, fullName }: WorkspaceReference,
  { id, ownNames, holders }: RepositoryIdentity,
  pin: WorkspacePin | undefined,
): boolean {
  if (pin?.fullName === fullName) return pin.repositoryId === id;
  const holder = holders.get(fullName);
  const isSetSince = pin !== undefined || mapping !== null || (workspace.created ?? 0) > (holder?.since ?? 0);
  return holder && isSetSince ? holder.repositoryId === id : ownNames.has(fullName);
}

/** The workspaces as the repository deploys them: a mapping replaces the branch and the directory. */
export function viewWorkspaces(references: readonly WorkspaceReference[]): Workspace[] {
  const views = new Map<string, Workspace>();
  for (const { workspace, mapping } of references) {
    if (views.has(workspace.id)) continue;
    const { branch, directory } = mapping ?? workspace;
    views.set(workspace.id, mapping ? { ...workspace, branch, directory } : workspace);
  }
  return [...views.values()];
}

/** Cache: parsing repository URLs dominates matching. */
const addresses = new WeakMap<Workspace, RepositoryAddress | null>();

function readAddress(workspace: Workspace): RepositoryAddress | null {
  const known = addresses.get(workspace);
  if (known !== undefined) return known;
  const address = workspace.repositoryUrl ? parseRepositoryUrl(workspace.repositoryUrl) : null;
  addresses.set(workspace, address);
  return address;
}

/** The branch that the workspace deploys. */
export function trackedBranch(workspace: Workspace, repository: Repository): string {
  return workspace.branch ?? repository.defaultBranch;
}
