import { makeProjectRunId } from '../domain/commit-run.ts';
import type { ApprovalGate } from '../domain/gate.ts';
import { isEnough } from '../domain/is-enough.ts';
import type { GateLook, GateState } from './gate-state.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** How long a start waits for the project check, whose plan the check run shows to those who approve. */
const PLAN_MS = 10_000;

/** The approval wakes the workspace. */
export async function judgeApproval(
  { store }: ReconcileContext,
  gate: ApprovalGate,
  { deployment, sha, waitedMs }: GateLook,
): Promise<GateState> {
  const approval = await store.findApproval(deployment, sha);
  if (approval && isEnough(approval, gate)) return { kind: 'open', approval };
  const run = await store.getCommitRun(makeProjectRunId(deployment.repositoryId, sha));
  const leftMs = PLAN_MS - waitedMs;
  if (run && run.state !== 'concluded' && deployment.state === 'waiting' && leftMs > 0) {
    return { kind: 'pending', hold: { reason: 'project_pending' }, delayMs: leftMs };
  }
  return { kind: 'closed', conclusion: 'action_required', reason: 'approval_needed', why: '' };
}
