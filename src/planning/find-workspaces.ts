import type { Account } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { Repository } from '../domain/deployment.ts';
import type { MeltanoFailure } from '../domain/meltano.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { Workspace } from '../domain/workspace.ts';
import { describeFailure } from '../reporting/render/describe-failure.ts';
import { type OwnWorkspacePorts, selectOwnWorkspaces } from './select-own-workspaces.ts';

/** The account's workspaces can't be read now. */
export class ListFailed extends Error {
  readonly retryAfterMs: number | null;
  /** Not even asked: the account is held back for so many milliseconds. */
  readonly heldMs: number | null;

  constructor(failure: MeltanoFailure) {
    const isRefused = failure.kind === 'status' && (failure.status === 401 || failure.status === 403);
    const advice = isRefused
      ? " (check the account's Meltano Cloud credentials: in the accounts file, or in the environment of this app)"
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

/**
 * The workspaces of one repository. If the list in memory isn't enough (a workspace may have been set up a moment ago), a
 * younger list is read first. Throws when it can't be read now.
 */
export type ListWorkspaces = (
  isEnough: (known: readonly Workspace[]) => boolean,
) => Promise<readonly Workspace[]>;

export interface WorkspaceSearch {
  readonly account: Account;
  readonly repository: Repository;
  /** The branch that is looked for; null: any. */
  readonly branch: string | null;
  readonly receivedAt: number;
  /** Whether a person waits for what comes of it. */
  readonly isAwaited: boolean;
  /** Whether one of the workspaces is what was looked for; if not, it may have been set up a moment ago. */
  readonly isEnough: (workspaces: readonly Workspace[]) => boolean;
}

/**
 * The repository's workspaces. Uses the list in memory if it contains a match, otherwise a list whose reading began after
 * the delivery came. A person gets a new list even so, since the workspace may have been changed for what is asked, and
 * falls back to the one in memory if it can't be read now. Throws `ListFailed` or `ListTooFresh` when there is none yet.
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
    const lookedFor =
      own.length === 0 || branch === null ? String(repository.id) : `${repository.id} ${branch}`;
    if (suffices) directory.found(lookedFor);
    return { own, suffices, lookedFor };
  };
  const current = await directory.current();
  if (!current.ok) throw new ListFailed(current.failure);
  const known = await select(current.value.workspaces);
  const since = ports.clock.elapsed() - ageOf(ports.clock, receivedAt);
  if (current.value.readAt >= since || (known.suffices && !isAwaited)) return known.own;
  const newer = await directory.newerThan(since, known.suffices ? null : known.lookedFor);
  if (typeof newer !== 'number' && newer.ok) return (await select(newer.value.workspaces)).own;
  if (known.suffices) return known.own;
  throw typeof newer === 'number' ? new ListTooFresh(newer) : new ListFailed(newer.failure);
}
