import type { Deployment } from './deployment.ts';
import { orderDeployments } from './order-deployments.ts';

/** Ends that say nothing about newer commits: such a deployment replaces no other. */
const REPLACES_NOTHING = new Set([
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
 * Which waiting deployments of one workspace are replaced, and by which one: the newest wins, however late the others
 * arrive. A deployment whose start was attempted is never replaced.
 */
export function findSuperseded(
  deployments: readonly Deployment[],
): { deployment: Deployment; by: Deployment }[] {
  // Those that replace nothing still tell which push came before which.
  const ordered = orderDeployments(deployments).filter((one) => !REPLACES_NOTHING.has(one.reason));
  const newest = ordered.at(-1);
  if (!newest) return [];
  return ordered
    .filter((one) => one !== newest && one.state === 'waiting')
    .map((deployment) => ({ deployment, by: newest }));
}
