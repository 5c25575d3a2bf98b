import type { Repository } from '../domain/deployment.ts';
import { selectWorkspaces } from '../domain/match-workspaces.ts';
import type { Account, MeltanoFailure } from '../domain/ports.ts';
import { ageOf } from '../domain/stored-times.ts';
import type { Workspace } from '../domain/workspace.ts';
import { type IdentityPorts, identify } from './identify-repository.ts';
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
  /** Whether a person waits for what comes of it. */
  readonly isAwaited: boolean;
  /** Whether one of the workspaces is what was looked for; if not, it may have been set up a moment ago. */
  readonly isEnough: (workspaces: readonly Workspace[]) => boolean;
}

/**
 * The workspaces of a repository, as it deploys them. Those of an older list that aren't enough count only once a list was read after the
 * delivery came. For a person the list is read again, since the workspace may have been changed for what is asked, and
 * those of an older one do where it can't be, or was a moment ago.
 * Throws `ListFailed` or `ListTooFresh` when there is none yet.
 */
export async function findWorkspaces(
  { account, repository, receivedAt, isAwaited, isEnough }: WorkspaceSearch,
  ports: IdentityPorts,
): Promise<readonly Workspace[]> {
  const { key, mappings } = account;
  const select = async (workspaces: readonly Workspace[]) => {
    const identity = await identify(ports, repository, { account: key, mappings, workspaces });
    return { own: selectWorkspaces(workspaces, identity), hasNoName: identity.fullNames.size === 0 };
  };
  const current = await account.directory.current();
  if (!current.ok) throw new ListFailed(current.failure);
  const known = await select(current.value.workspaces);
  const suffices = isEnough(known.own);
  const since = ports.clock.elapsed() - ageOf(ports.clock, receivedAt);
  if (current.value.readAt >= since || (suffices && !isAwaited)) return known.own;
  // Whoever has a taken name most likely has no workspace: whether one was set anew is soon known.
  const newer = await account.directory.newerThan(since, { isAwaited: isAwaited || known.hasNoName });
  if (typeof newer !== 'number' && newer.ok) return (await select(newer.value.workspaces)).own;
  if (suffices) return known.own;
  throw typeof newer === 'number' ? new ListTooFresh(newer) : new ListFailed(newer.failure);
}
