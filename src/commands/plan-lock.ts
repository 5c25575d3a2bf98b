import type { Account } from '../domain/account.ts';
import type { Answer, Refusal } from '../domain/conversation.ts';
import type { CommentEvent } from '../domain/delivery.ts';
import { addLock, findLock, type Lock, type LockReader, removeLock, type ShownLock } from '../domain/lock.ts';
import { matchWord } from '../domain/refer-to-workspace.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { NewLocks, Plan } from '../planning/plan-store.ts';
import { readLockText } from './read-lock.ts';
import { nameWorkspace, nameWorkspaces, selectNamed } from './select-workspaces.ts';

export interface LockRequest {
  readonly account: Account | null;
  readonly event: CommentEvent;
  readonly receivedAt: number;
  /** All workspaces of the repository. */
  readonly workspaces: readonly Workspace[];
}

interface PlannedLocks {
  readonly answer: Answer;
  readonly locks?: NewLocks;
  readonly wake?: NonNullable<Plan['wake']>;
}

/** Locks the workspace that the text begins with; all workspaces if it names none. */
export async function planLock(request: LockRequest, text: string, store: LockReader): Promise<PlannedLocks> {
  const { event, workspaces, receivedAt: lockedAt } = request;
  const { repository, actor: by } = event;
  const { first, rest, whole } = readLockText(text);
  const named = matchWord(workspaces, first);
  const [workspace = null] = named;
  if (named.length > 1) {
    const candidates = nameWorkspaces(named, repository);
    return refuse({ code: 'ambiguous_workspace', word: first, candidates });
  }
  const reason = workspace ? rest : whole;
  const shown = workspace && nameWorkspace(workspace, repository);
  if (shown && reason === '') return refuse({ code: 'no_lock_reason', workspace: shown });
  const repositoryId = repository.id;
  const lock: Lock = { repositoryId, workspaceId: workspace?.id ?? null, by, reason, lockedAt };
  const before = await store.listLocks(repositoryId);
  const replaced = before.find(({ workspaceId }) => workspaceId === lock.workspaceId) ?? null;
  return {
    answer: { kind: 'lock', workspace: shown, reason, replaced: replaced && showLock(replaced) },
    ...describeChange(request, addLock(before, lock), workspace ? [workspace] : workspaces),
  };
}

/** Unlocks a workspace; without a name, all workspaces. */
export async function planUnlock(
  request: LockRequest,
  word: string | null,
  store: LockReader,
): Promise<PlannedLocks> {
  const { event, workspaces } = request;
  const { repository } = event;
  const before = await store.listLocks(repository.id);
  if (word === null) {
    const answer = {
      kind: 'unlock',
      workspace: null,
      removed: before.map(showLock),
      isRestLocked: false,
    } as const;
    return before.length === 0 ? { answer } : { answer, ...describeChange(request, [], workspaces) };
  }
  const selection = selectNamed(workspaces, [word], repository);
  if (!selection.ok) return refuse(selection.refusal);
  const [workspace] = selection.workspaces;
  const lock = workspace && findLock(before, workspace.id);
  const shown = workspace ? nameWorkspace(workspace, repository) : null;
  if (!workspace || !lock) {
    return { answer: { kind: 'unlock', workspace: shown, removed: [], isRestLocked: false } };
  }
  const after = removeLock(
    before,
    workspace.id,
    workspaces.map(({ id }) => id),
  );
  return {
    answer: { kind: 'unlock', workspace: shown, removed: [showLock(lock)], isRestLocked: after.length > 0 },
    ...describeChange(request, after, [workspace]),
  };
}

function refuse(refusal: Refusal): PlannedLocks {
  return { answer: { kind: 'refused', refusal } };
}

export function showLock({ workspaceId, by, reason }: Lock): ShownLock {
  return { workspaceId, by, reason };
}

function describeChange(
  { account, event }: LockRequest,
  locks: readonly Lock[],
  changed: readonly Workspace[],
): Omit<PlannedLocks, 'answer'> {
  const wake = changed.map(({ id }) => ({ account: account?.key ?? '', workspaceId: id }));
  return { locks: { repositoryId: event.repository.id, locks }, wake };
}
