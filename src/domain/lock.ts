/** A lock as shown in a reply. */
export interface ShownLock {
  /** Null: all workspaces of the repository. */
  readonly workspaceId: string | null;
  /** A GitHub login. */
  readonly by: string;
  /** As typed: never show it unescaped. */
  readonly reason: string;
}

/** Holds the starts of a workspace, or of all workspaces of a repository, until somebody removes it. */
export interface Lock extends ShownLock {
  readonly repositoryId: number;
  /** Epoch milliseconds. */
  readonly lockedAt: number;
}

export interface LockReader {
  /** The locks of a repository, that of all workspaces first. */
  listLocks(repositoryId: number): Promise<Lock[]>;
}

/** The lock that holds a workspace: its own, otherwise that of all workspaces. */
export function findLock(locks: readonly Lock[], workspaceId: string): Lock | null {
  const own = locks.find((lock) => lock.workspaceId === workspaceId);
  return own ?? locks.find((lock) => lock.workspaceId === null) ?? null;
}

/** Adds a lock in place of those that it covers. */
export function addLock(locks: readonly Lock[], lock: Lock): Lock[] {
  const isReplaced = (one: Lock) => lock.workspaceId === null || one.workspaceId === lock.workspaceId;
  return [lock, ...locks.filter((one) => !isReplaced(one))];
}

/** Removes the locks that hold a workspace. The others of `all` workspace ids stay locked. */
export function removeLock(locks: readonly Lock[], workspaceId: string, all: readonly string[]): Lock[] {
  const ofAll = locks.find((lock) => lock.workspaceId === null);
  const own = locks.filter((lock) => lock.workspaceId !== null && lock.workspaceId !== workspaceId);
  if (!ofAll) return own;
  const others = all.filter((id) => id !== workspaceId && !own.some((lock) => lock.workspaceId === id));
  return [...own, ...others.map((id) => ({ ...ofAll, workspaceId: id }))];
}
