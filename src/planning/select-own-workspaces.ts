import type { Repository } from '../domain/deployment.ts';
import {
  listReferences,
  nameRepository,
  refersTo,
  sourceOf,
  viewWorkspaces,
  type WorkspaceMapping,
  type WorkspacePin,
  type WorkspaceReference,
} from '../domain/match-workspaces.ts';
import type { RepositoryNames } from '../domain/repository-store.ts';
import type { Workspace } from '../domain/workspace.ts';

export interface OwnWorkspacePorts {
  readonly repositories: RepositoryNames;
  /** The GitHub host that is served, normalised. */
  readonly githubHost: string;
}

interface ListedWorkspaces {
  /** The account that the workspaces belong to. */
  readonly account: string;
  readonly mappings: readonly WorkspaceMapping[];
  readonly workspaces: readonly Workspace[];
}

/** Selects the workspaces of a repository, and pins each to it from then on. */
export async function selectOwnWorkspaces(
  { repositories, githubHost: host }: OwnWorkspacePorts,
  repository: Repository,
  { account, mappings, workspaces }: ListedWorkspaces,
): Promise<readonly Workspace[]> {
  const { id } = repository;
  const currentName = nameRepository(repository);
  const ownNames = new Set(await repositories.listNames(id));
  if (!ownNames.has(currentName) && (await repositories.findNameOwner(currentName)) === null) {
    ownNames.add(currentName);
  }
  // A repository that took over a name, and was renamed since, keeps what is pinned to it under that name.
  const names = new Set([...ownNames, ...(await repositories.listPinnedNames(account, id)), currentName]);
  const references = listReferences(workspaces, { host, mappings, names });
  if (references.length === 0) return [];
  const [holders, pins] = await Promise.all([
    repositories.listHolders([...names]),
    repositories.listPins(account, [...new Set(references.map((one) => one.workspace.id))]),
  ]);
  const byKey = new Map(pins.map((pin) => [`${pin.workspaceId} ${pin.source}`, pin]));
  const pinOf = (one: WorkspaceReference) => byKey.get(`${one.workspace.id} ${sourceOf(one)}`);
  const own = references.filter((one) => refersTo(one, { id, ownNames, holders }, pinOf(one)));
  const unpinned = own.filter((one) => pinOf(one)?.fullName !== one.fullName);
  await repositories.savePins(
    account,
    unpinned.map((one): WorkspacePin => {
      const { workspace, fullName } = one;
      return { workspaceId: workspace.id, source: sourceOf(one), fullName, repositoryId: id };
    }),
  );
  return viewWorkspaces(own);
}

/** Why a repository has no workspace. */
export async function explainNoWorkspace(
  repository: Repository,
  repositories: RepositoryNames,
): Promise<'name_taken' | 'no_workspace'> {
  const owner = await repositories.findNameOwner(nameRepository(repository));
  return owner === null || owner === repository.id ? 'no_workspace' : 'name_taken';
}
