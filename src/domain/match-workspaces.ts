import type { Repository, RepositoryName } from './deployment.ts';
import { parseRepositoryUrl } from './repository-url.ts';
import type { Workspace } from './workspace.ts';

/** Assigns a workspace to a repository in the accounts file, regardless of its `repositoryUrl`. */
export interface WorkspaceMapping {
  /** `owner/name`, lower case. */
  readonly repository: string;
  /** `branch` and `directory` replace the workspace's own. Null means the default branch, and the root. */
  readonly branch: string | null;
  readonly directory: string | null;
  /** In lower case. */
  readonly workspaceId: string;
}

/** A reference to a repository by name, from a workspace or a mapping. */
export interface WorkspaceReference {
  readonly workspace: Workspace;
  /** Null for the workspace's own `repositoryUrl`. */
  readonly mapping: WorkspaceMapping | null;
  /** `owner/name`, lower case. */
  readonly fullName: string;
}

/** Pins a reference to a repository, so a repository that takes the name later doesn't get the workspace. */
export interface WorkspacePin {
  readonly workspaceId: string;
  /** `url`, or the `owner/name` of a mapping. */
  readonly source: string;
  /** The pinned name. A different name in the reference means that it was changed. */
  readonly fullName: string;
  readonly repositoryId: number;
}

/** The repository that has a name now. It has had the name at least since `since` (epoch milliseconds). */
export interface NameHolder {
  readonly repositoryId: number;
  readonly since: number;
}

/** The names of a repository, for matching references. */
export interface RepositoryIdentity {
  readonly id: number;
  /** The names (`owner/name`, lower case) that this repository was the first to have. */
  readonly ownNames: ReadonlySet<string>;
  /** The last known repository with each name. */
  readonly holders: ReadonlyMap<string, NameHolder>;
}

/** `owner/name` in lower case. */
export function nameRepository({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`.toLowerCase();
}

/** Lists the references to a repository by any of its names, mappings first. */
export function listReferences(
  workspaces: readonly Workspace[],
  about: {
    /** The GitHub host that the app serves, normalised. */
    readonly host: string;
    readonly mappings: readonly WorkspaceMapping[];
    readonly names: ReadonlySet<string>;
  },
): WorkspaceReference[] {
  const { byId, byAddress } = indexWorkspaces(workspaces);
  const mapped = about.mappings
    .filter(({ repository }) => about.names.has(repository))
    .flatMap((mapping) => {
      const listed = byId.get(mapping.workspaceId);
      return listed ? [{ ...listed, mapping, fullName: mapping.repository }] : [];
    });
  const own = [...about.names].flatMap((fullName) =>
    (byAddress.get(`${about.host}/${fullName}`) ?? []).map((listed) => ({
      ...listed,
      mapping: null,
      fullName,
    })),
  );
  return [...mapped, ...own]
    .toSorted((a, b) => a.position - b.position)
    .map(({ workspace, mapping, fullName }) => ({ workspace, mapping, fullName }));
}

/** The `source` of the reference's pin. */
export function sourceOf({ mapping }: WorkspaceReference): string {
  return mapping?.repository ?? 'url';
}

/**
 * True if the reference means the repository. A pin decides as long as the reference keeps its name. A name that was set
 * after another repository took it means that repository. Otherwise a name belongs to its first repository.
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

/** The workspaces with the branch and directory of their mappings. */
export function viewWorkspaces(references: readonly WorkspaceReference[]): Workspace[] {
  const views = new Map<string, Workspace>();
  for (const { workspace, mapping } of references) {
    if (views.has(workspace.id)) continue;
    const { branch, directory } = mapping ?? workspace;
    views.set(workspace.id, mapping ? { ...workspace, branch, directory } : workspace);
  }
  return [...views.values()];
}

interface ListedWorkspace {
  readonly workspace: Workspace;
  readonly position: number;
}

interface WorkspaceIndex {
  readonly byId: ReadonlyMap<string, ListedWorkspace>;
  /** By `host/owner/name`. */
  readonly byAddress: ReadonlyMap<string, readonly ListedWorkspace[]>;
}

/** Cache: an account's list serves many pushes, and parsing its repository URLs dominates matching. */
const indexes = new WeakMap<readonly Workspace[], WorkspaceIndex>();

function indexWorkspaces(workspaces: readonly Workspace[]): WorkspaceIndex {
  const known = indexes.get(workspaces);
  if (known) return known;
  const listed = workspaces.map((workspace, position) => ({ workspace, position }));
  const index = {
    byId: new Map(listed.map((one) => [one.workspace.id, one])),
    byAddress: Map.groupBy(listed, ({ workspace: { repositoryUrl } }) => {
      const address = repositoryUrl ? parseRepositoryUrl(repositoryUrl) : null;
      return address ? `${address.host}/${address.fullName}` : '';
    }),
  };
  indexes.set(workspaces, index);
  return index;
}

export function trackedBranch(workspace: Workspace, repository: Repository): string {
  return workspace.branch ?? repository.defaultBranch;
}
