import type { CheckStatus } from '../sandbox/github/check-model.ts';
import type { DemoPush, Stage } from './stage.ts';

/** Limit for one step. The whole demo has its own limit. */
export const STEP_LIMIT_MS = 60_000;

/** Waits until the check run has or had this status. */
export async function waitForRun(
  stage: Stage,
  push: DemoPush,
  { status, signal }: { status: CheckStatus; signal: AbortSignal },
): Promise<void> {
  const what = `the check run of ${push.sha.slice(0, 7)} ("${push.message}") to be ${status.replace('_', ' ')}`;
  const reached = () => {
    signal.throwIfAborted();
    return stage.runsOf(push).some((run) => run.history.some((version) => version.status === status));
  };
  await stage.sandbox.github.waitFor(reached, what, STEP_LIMIT_MS);
}
