import type { PermissionLevel } from '../../domain/conversation.ts';

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
