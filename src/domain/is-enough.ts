import type { Approval, ApprovalRule } from './approval.ts';
import { isAtLeast, PERMISSION_LEVELS, toLevel } from './conversation.ts';

/** True if an approval, which may have been given under an earlier rule, is one of this rule. */
export function isEnough({ role, notBy }: Approval, rule: ApprovalRule): boolean {
  const level = PERMISSION_LEVELS.find((one) => one === role) ?? 'none';
  return isAtLeast(level, toLevel(rule.role)) && (rule.notBy === null || notBy === rule.notBy);
}
