import { COMMAND_KINDS, type CommandName } from '../domain/command.ts';
import { isAtLeast, type PermissionLevel } from '../domain/conversation.ts';
import type { CommandPermission } from '../domain/repository-configuration.ts';

/**
 * The level that a person needs for a command. Commands that act need `permission`, from the repository's configuration, and with `--force` at least the Maintain role.
 * Commands that show something need the Read role, or in a public repository, where everyone can read, the Triage role.
 */
export function neededLevel(
  command: { readonly name: CommandName; readonly force?: boolean } | null,
  isPrivate: boolean,
  permission: CommandPermission,
): PermissionLevel {
  if (command !== null && COMMAND_KINDS[command.name] === 'acts') {
    const level = toLevel(permission);
    return command.force && !isAtLeast(level, 'maintain') ? 'maintain' : level;
  }
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
