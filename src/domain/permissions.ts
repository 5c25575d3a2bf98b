import type { CommandName } from './command.ts';
import type { PermissionLevel } from './conversation.ts';

/**
 * What a person needs to give a command. Everyone may read a public repository, so there the commands that only show
 * something take a role: they make the app write.
 */
export function neededLevel(command: CommandName | null, isPrivate: boolean): PermissionLevel {
  if (command === 'redeploy' || command === 'withdraw') return 'push';
  return isPrivate ? 'pull' : 'triage';
}

/** A person whom only the repository's being public lets in. */
export function isStranger(level: PermissionLevel, isPrivate: boolean): boolean {
  return level === 'none' || (!isPrivate && level === 'pull');
}
