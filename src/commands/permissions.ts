import type { CommandName } from '../domain/command.ts';
import { isAtLeast, type PermissionLevel } from '../domain/conversation.ts';
import type { CommandPermission } from '../domain/repository-configuration.ts';

/**
 * What a person needs to give a command. Everyone may read a public repository, so there the commands that only show
 * something take a role: they make the app write. `permission`: what the repository's configuration asks for the others.
 */
export function neededLevel(
  command: CommandName | null,
  isPrivate: boolean,
  permission: CommandPermission,
): PermissionLevel {
  if (command === 'redeploy' || command === 'withdraw') return toLevel(permission);
  return isPrivate ? 'pull' : 'triage';
}

/** A person who has no role in a public repository. */
export function isStranger(level: PermissionLevel, isPrivate: boolean): boolean {
  return !isPrivate && !isAtLeast(level, 'triage');
}

/** GitHub names the right to write in two ways. */
export function toLevel(permission: CommandPermission): PermissionLevel {
  return permission === 'write' ? 'push' : permission;
}

/** Levels as GitHub's pages name them. */
const NAMES: Readonly<Record<PermissionLevel, string>> = {
  none: 'no role',
  pull: 'the Read role',
  triage: 'the Triage role',
  push: 'the Write role',
  maintain: 'the Maintain role',
  admin: 'the Admin role',
};

export function describeLevel(level: PermissionLevel): string {
  return NAMES[level];
}
