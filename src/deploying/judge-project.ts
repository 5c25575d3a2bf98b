import { makeProjectRunId } from '../domain/commit-run.ts';
import type { Hold } from '../domain/gate.ts';
import type { GateLook, GateState } from './gate-state.ts';
import type { ReconcileContext } from './reconcile-context.ts';

/** How long a start waits for the project check. */
const PROJECT_CHECK_MS = 10_000;
/** The pause before the app looks again for the check run that the report links to. */
const WRITTEN_RETRY_MS = 250;

/** Planning stores the check with the deployment, so it is there, checked or not. */
export async function judgeProject(
  { store }: ReconcileContext,
  { deployment, sha, waitedMs }: GateLook,
): Promise<GateState> {
  const { repositoryId, workspaceId, forcedBy } = deployment;
  const run = await store.getCommitRun(makeProjectRunId(repositoryId, sha));
  const isChecked = run?.state === 'concluded';
  const leftMs = PROJECT_CHECK_MS - waitedMs;
  const hold: Hold = { reason: 'project_pending' };
  const result = run?.verdict.kind === 'project' ? run.verdict.result : null;
  const wasChecked = deployment.attemptedAt !== null && result !== null;
  if (!isChecked && !wasChecked && leftMs > 0) return { kind: 'pending', hold, delayMs: leftMs };
  // While the commit is checked again, its known result counts.
  const found = result?.errors.find((one) => one.workspaceId === workspaceId);
  if (found && forcedBy === null && isChecked && run.checkRunUrl === null && leftMs > 0) {
    return { kind: 'pending', hold, delayMs: Math.min(leftMs, WRITTEN_RETRY_MS) };
  }
  if (found) {
    const why = found.first;
    return { kind: 'closed', conclusion: 'skipped', reason: 'project_error', why };
  }
  if (!isChecked && !wasChecked) {
    return { kind: 'unjudged', why: `the check took longer than ${PROJECT_CHECK_MS / 1_000} s` };
  }
  if (result?.unread) return { kind: 'unjudged', why: result.unread };
  return { kind: 'open' };
}
