import type { Clock } from '../domain/clock.ts';
import type { Repository } from '../domain/deployment.ts';
import {
  identifyRepository,
  keyOfMapping,
  nameRepository,
  type RepositoryIdentity,
  readFullName,
  type WorkspaceStatement,
} from '../domain/match-workspaces.ts';
import type { RepositoryStore } from '../domain/repository-store.ts';
import type { Workspace } from '../domain/workspace.ts';

export interface IdentityPorts {
  readonly repositories: Pick<RepositoryStore, 'listNames' | 'listHolders' | 'noteStatements'>;
  readonly clock: Clock;
  /** The GitHub host that is served, normalised. */
  readonly githubHost: string;
}

/**
 * Who the repository is to workspaces that name it. Remembers since when each of them says so: a name that another
 * repository has by now is meant by what was said since, and only by that.
 */
export async function identify(
  { repositories, clock, githubHost: host }: IdentityPorts,
  repository: Pick<Repository, 'id' | 'owner' | 'name'>,
  about: {
    /** The account that the workspaces are of. */
    readonly account: string;
    readonly mappings: RepositoryIdentity['mappings'];
    readonly workspaces: readonly Workspace[];
    /** Names that belong to it besides those that are stored. */
    readonly moreNames?: readonly string[];
  },
): Promise<RepositoryIdentity> {
  const { account, mappings, workspaces, moreNames = [] } = about;
  const names = [...(await repositories.listNames(repository.id)), ...moreNames];
  const all = new Set([...names, nameRepository(repository)]);
  const statements = new Map<string, WorkspaceStatement>();
  for (const workspace of workspaces) {
    const fullName = readFullName(workspace, host);
    if (fullName === null || !all.has(fullName)) continue;
    statements.set(workspace.id, { fullName, created: workspace.created ?? 0 });
  }
  for (const mapping of mappings) {
    const { repository: fullName } = mapping;
    // The operator's file doesn't tell since when it says something: since it was first read for this repository.
    if (all.has(fullName)) statements.set(keyOfMapping(mapping), { fullName, created: clock.now() });
  }
  const [holders, statedSince] = await Promise.all([
    repositories.listHolders([...all]),
    repositories.noteStatements(account, statements, clock.now()),
  ]);
  return identifyRepository(repository, { host, mappings, names, holders, statedSince });
}
