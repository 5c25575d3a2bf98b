import type { Deployment } from './deployment.ts';
import { orderDeployments } from './order-deployments.ts';
import type { ReasonCode } from './reason-codes.ts';

/** Deployments that ended for these reasons replace no others: they say nothing about newer commits. */
const REPLACES_NOTHING: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'superseded',
  'loop_brake',
  'no_longer_tracked',
  'branch_not_tracked',
  'paths_unchanged',
  'nothing_changed',
  'skip_token',
  'push_off',
  'ignored_sender',
  'paths_unmatched',
  'read_from_check_run',
]);

/**
 * Finds the waiting deployments of a workspace to replace: the newest deployment wins, even if older ones arrive later. A
 * deployment whose start was attempted is never replaced.
 */
export function findSuperseded(
  deployments: readonly Deployment[],
): { deployment: Deployment; by: Deployment }[] {
  // Orders before filtering: the filtered deployments are links in the chain of pushes.
  const ordered = orderDeployments(deployments).filter((one) => !REPLACES_NOTHING.has(one.reason));
  const newest = ordered.at(-1);
  if (!newest) return [];
  return ordered
    .filter((one) => one !== newest && one.state === 'waiting')
    .map((deployment) => ({ deployment, by: newest }));
}
