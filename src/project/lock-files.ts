import type { LockFile, Plugin, Project } from './model.ts';

/** The lock file that a plugin needs. A null variant accepts any. */
export interface NeededLock {
  readonly name: string;
  readonly variant: string | null;
}

/** Null for a plugin without a lock file: it defines itself, or inherits everything. */
export function findNeededLock({ name, isCustom, inheritFrom, variant }: Plugin): NeededLock | null {
  if (name === null || isCustom || (inheritFrom !== null && variant === null)) return null;
  return {
    name: inheritFrom?.text ?? name.text,
    variant: variant?.text ?? null,
  };
}

export function isLockFor(lock: LockFile, plugin: Plugin): boolean {
  const needed = findNeededLock(plugin);
  return needed !== null && lock.type === plugin.type && fitsLock(lock, needed);
}

export function findLockFiles(project: Project, type: string, needed: NeededLock): LockFile[] {
  return project.lockFiles.filter((lock) => lock.type === type && fitsLock(lock, needed));
}

/** The name of the lock file without its ending. */
export function formatStem({ name, variant }: NeededLock): string {
  return variant === null ? name : `${name}--${variant}`;
}

/** Names may hold `--`, so the file's name is compared as a whole. */
export function fitsLock({ stem }: LockFile, { name, variant }: NeededLock): boolean {
  if (variant !== null) return stem === `${name}--${variant}`;
  return stem === name || stem.startsWith(`${name}--`);
}
