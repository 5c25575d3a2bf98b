import { COMMAND_KINDS, type CommandName } from '../domain/command.ts';
import { isAtLeast, type PermissionLevel, toLevel } from '../domain/conversation.ts';
import type { CommandPermission } from '../domain/role.ts';

/**
 * The level that a person needs for a command. Commands that act need `permission`, from the repository's configuration;
 * `--force` and commands that move data or hold deployments need at least the Maintain role. Commands that show something need the Read role, or
 * in a public repository, where everyone can read, the Triage role.
 */
export function neededLevel(
  command: { readonly name: CommandName; readonly force?: boolean } | null,
  isPrivate: boolean,
  permission: CommandPermission,
): PermissionLevel {
  const kind = command === null ? 'shows' : COMMAND_KINDS[command.name];
  if (kind === 'shows') return isPrivate ? 'pull' : 'triage';
  // The configuration of each workspace says which role approves.
  if (kind === 'approves') return 'triage';
  return chooseLevel(permission, kind !== 'acts' || (command?.force ?? false));
}

/** What is grave needs at least the Maintain role. */
export function chooseLevel(permission: CommandPermission, isGrave: boolean): PermissionLevel {
  const level = toLevel(permission);
  return isGrave && !isAtLeast(level, 'maintain') ? 'maintain' : level;
}

/** True for a person without a role in a public repository. */
export function isStranger(level: PermissionLevel, isPrivate: boolean): boolean {
  return !isPrivate && !isAtLeast(level, 'triage');
}

/** The names of levels on GitHub's pages. */
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
