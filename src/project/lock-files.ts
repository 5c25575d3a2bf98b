import type { LockFile, Plugin, Project } from './model.ts';

/** The lock file that a plugin needs: of a variant, or of any where it names none. */
export interface NeededLock {
  readonly name: string;
  readonly variant: string | null;
}

/** Null for a plugin that needs none: it defines itself, or inherits all from another. */
export function findNeededLock({ name, isCustom, inheritFrom, variant }: Plugin): NeededLock | null {
  if (name === null || isCustom || (inheritFrom !== null && variant === null)) return null;
  return {
    name: inheritFrom?.text ?? name.text,
    variant: variant?.text ?? null,
  };
}

export function hasLockFile(project: Project, type: string, name: string, variant: string | null): boolean {
  return findLockFiles(project, type, { name, variant }).length > 0;
}

export function findLockFiles(project: Project, type: string, needed: NeededLock): LockFile[] {
  return project.lockFiles.filter((lock) => lock.type === type && fits(lock, needed));
}

export function formatLockFile({ name, variant }: NeededLock): string {
  return variant === null ? `${name}.lock` : `${name}--${variant}.lock`;
}

/** Names may hold `--`, so the file's name is compared as a whole. */
function fits({ stem }: LockFile, { name, variant }: NeededLock): boolean {
  if (variant !== null) return stem === `${name}--${variant}`;
  return stem === name || stem.startsWith(`${name}--`);
}
