import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { Repository } from '../domain/deployment.ts';
import type { MeltanoFailure } from '../domain/meltano.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { Workspace } from '../domain/workspace.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import { type OwnWorkspacePorts, selectOwnWorkspaces } from './select-own-workspaces.ts';

/** The account's workspaces, or the pipelines of one, can't be read now. */
export class ListFailed extends Error {
  readonly retryAfterMs: number | null;
  /** Milliseconds until Meltano Cloud may be asked again; null if it was asked. */
  readonly heldMs: number | null;

  constructor(failure: MeltanoFailure, list: 'workspaces' | 'pipelines' = 'workspaces') {
    const isRefused = failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
    const advice = isRefused
      ? " (check the account's Meltano Cloud credentials: in the accounts file, or in the environment of this app)"
      : '';
    super(`The ${list} could not be read: ${describeFailure(failure)}${advice}`);
    this.retryAfterMs = failure.kind === 'status' ? failure.retryAfterMs : null;
    this.heldMs = failure.kind === 'held' ? failure.heldMs : null;
  }
}

/** The list was read a moment ago and may not be read again yet. */
export class ListTooFresh extends Error {
  /** Milliseconds until it may be. */
  readonly delayMs: number;
  /** By the list in memory. */
  readonly hasWorkspaces: boolean;

  constructor(delayMs: number, hasWorkspaces: boolean) {
    super(`A newer list of workspaces can be read in ${delayMs} ms.`);
    this.delayMs = delayMs;
    this.hasWorkspaces = hasWorkspaces;
  }
}

/**
 * Lists the workspaces of one repository. Reads a newer list if the one in memory isn't enough: a workspace may have been
 * set up a moment ago. Throws when it can't be read now.
 */
export type ListWorkspaces = (
  isEnough: (known: readonly Workspace[]) => boolean,
) => Promise<readonly Workspace[]>;

export interface WorkspaceSearch {
  readonly account: Account;
  readonly repository: Repository;
  /** The tracked branch to search for; null: any. */
  readonly branch: string | null;
  readonly receivedAt: number;
  /** Whether a person waits for the result. */
  readonly isAwaited: boolean;
  /** Whether the workspaces contain a match; if not, one may have been set up a moment ago. */
  readonly isEnough: (workspaces: readonly Workspace[]) => boolean;
}

/**
 * Finds the repository's workspaces. Uses the list in memory if it contains a match, otherwise a list whose reading began
 * after the delivery came. If a person waits, it reads a new list in any case, since the workspace may have changed, and
 * falls back to a match in memory if that fails. Throws `ListFailed` or `ListTooFresh` if there is no match to fall back to.
 */
export async function findWorkspaces(
  { account, repository, branch, receivedAt, isAwaited, isEnough }: WorkspaceSearch,
  ports: OwnWorkspacePorts & { readonly clock: Clock },
): Promise<readonly Workspace[]> {
  const { key, mappings, directory } = account;
  const select = async (workspaces: readonly Workspace[]) => {
    const own = await selectOwnWorkspaces(ports, repository, { account: key, mappings, workspaces });
    const suffices = isEnough(own);
    // If the repository has workspaces, only the branch is unknown.
    const searchKey =
      own.length === 0 || branch === null ? String(repository.id) : `${repository.id} ${branch}`;
    if (suffices) directory.found(searchKey);
    return { own, suffices, searchKey };
  };
  const current = await directory.current();
  if (!current.ok) throw new ListFailed(current.failure);
  const known = await select(current.value.workspaces);
  const since = ports.clock.elapsed() - ageOf(ports.clock, receivedAt);
  if (current.value.readAt >= since || (known.suffices && !isAwaited)) return known.own;
  const newer = await directory.newerThan(since, known.suffices ? null : known.searchKey);
  if (typeof newer !== 'number' && newer.ok) return (await select(newer.value.workspaces)).own;
  if (known.suffices) return known.own;
  throw typeof newer === 'number'
    ? new ListTooFresh(newer, known.own.length > 0)
    : new ListFailed(newer.failure);
}
