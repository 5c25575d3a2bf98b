import type { Repository } from '../domain/deployment.ts';
import { identifyRepository, isMapped, selectWorkspaces } from '../domain/match-workspaces.ts';
import type { Account, MeltanoFailure, RepositoryStore } from '../domain/ports.ts';
import type { Workspace } from '../domain/workspace.ts';
import { describeFailure } from './judge-failure.ts';

/** The account's workspaces can't be read now. */
export class ListFailed extends Error {
  readonly retryAfterMs: number | null;
  /** Not even asked: the account is held back for so many milliseconds. */
  readonly heldMs: number | null;

  constructor(failure: MeltanoFailure) {
    const isRefused = failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
    const advice = isRefused
      ? " (check the account's Meltano Cloud credentials: in the operator's file, or in the environment of this app)"
      : '';
    super(`The workspaces could not be read: ${describeFailure(failure)}${advice}`);
    this.retryAfterMs = failure.kind === 'status' ? failure.retryAfterMs : null;
    this.heldMs = failure.kind === 'held' ? failure.heldMs : null;
  }
}

/** A list that is young enough may be read only after so many milliseconds. */
export class ListTooFresh extends Error {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`A newer list of workspaces can be read in ${waitMs} ms.`);
    this.waitMs = waitMs;
  }
}

export interface WorkspaceSearch {
  readonly account: Account;
  readonly repository: Repository;
  readonly receivedAt: number;
  readonly githubHost: string;
  /** Whether a person waits for what comes of it. */
  readonly isAwaited: boolean;
  /** Whether one of the workspaces is what was looked for; if not, it may have been set up a moment ago. */
  readonly isEnough: (workspaces: readonly Workspace[]) => boolean;
}

/**
 * The workspaces of a repository, as it deploys them. Those of an older list that aren't enough count only once a list was read after the
 * delivery came. Throws `ListFailed` or `ListTooFresh` when there is none yet.
 */
export async function findWorkspaces(
  { account, repository, receivedAt, githubHost, isAwaited, isEnough }: WorkspaceSearch,
  repositories: Pick<RepositoryStore, 'listNames'>,
): Promise<readonly Workspace[]> {
  const names = await repositories.listNames(repository.id);
  const identity = identifyRepository(repository, { host: githubHost, names, mappings: account.mappings });
  // Its name belongs to another repository, and the operator says nothing about it: no list can help.
  if (names.length === 0 && !isMapped(identity)) return [];
  const current = await account.directory.current();
  if (!current.ok) throw new ListFailed(current.failure);
  const known = selectWorkspaces(current.value.workspaces, identity);
  if (current.value.readAt >= receivedAt || isEnough(known)) return known;
  const newer = await account.directory.newerThan(receivedAt, { isAwaited });
  if (typeof newer === 'number') throw new ListTooFresh(newer);
  if (!newer.ok) throw new ListFailed(newer.failure);
  return selectWorkspaces(newer.value.workspaces, identity);
}
