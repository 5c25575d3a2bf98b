import type { Deployment } from '../domain/deployment.ts';
import { findLock } from '../domain/lock.ts';
import type { GateState } from './gate-state.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** The command that removes the lock wakes the workspace. */
export async function judgeLock(
  { store }: ReconcileContext,
  { repositoryId, workspaceId }: Deployment,
): Promise<GateState> {
  const lock = findLock(await store.listLocks(repositoryId), workspaceId);
  if (!lock) return { kind: 'open' };
  const { by, reason: why } = lock;
  return { kind: 'held', hold: { reason: 'locked', by, why }, delayMs: null };
}
