import { sendCheckRun, sendCheckSuite } from './app-events.ts';
import type { Sent } from './delivery-log.ts';
import type { SandboxCheckRun, SandboxCheckSuite, SandboxRepository } from './model.ts';
import { findAccount } from './pushes.ts';
import type { SandboxContext } from './sandbox-context.ts';

/** Someone re-runs one check, which GitHub offers once it has completed: its suite waits again, the run itself stays as it is. */
export function rerequestRun(context: SandboxContext, runId: number, sender?: string): Sent {
  const { run, suite, repository } = findRun(context, runId);
  if (run.status !== 'completed')
    throw new Error(`Check run ${runId} is ${run.status}: it has no re-run yet`);
  resetSuite(context, suite);
  const by = findAccount(context, sender === undefined ? undefined : { login: sender });
  return sendCheckRun(context, repository, { run, suite, action: 'rerequested', sender: by });
}

/** Someone re-runs all checks of a commit. */
export function rerequestSuite(
  context: SandboxContext,
  repository: SandboxRepository,
  sha: string,
  sender?: string,
): Sent {
  const suite = context.state.suiteOf(repository.id, sha);
  if (!suite) throw new Error(`${repository.fullName} has no check suite on ${sha}`);
  resetSuite(context, suite);
  const by = findAccount(context, sender === undefined ? undefined : { login: sender });
  return sendCheckSuite(context, repository, { suite, action: 'rerequested', sender: by });
}

/** Someone presses one of the run's buttons, which GitHub shows once the run has completed. */
export function pressAction(
  context: SandboxContext,
  runId: number,
  input: { identifier: string; sender?: string | undefined },
): Sent {
  const { run, suite, repository } = findRun(context, runId);
  const { identifier, sender } = input;
  if (run.status !== 'completed')
    throw new Error(`Check run ${runId} is ${run.status}: it shows no buttons yet`);
  if (!run.actions.some((action) => action.identifier === identifier)) {
    throw new Error(`Check run ${runId} has no action ${identifier}`);
  }
  const by = findAccount(context, sender === undefined ? undefined : { login: sender });
  const action = 'requested_action';
  return sendCheckRun(context, repository, { run, suite, action, sender: by, actionIdentifier: identifier });
}

function resetSuite(context: SandboxContext, suite: SandboxCheckSuite): void {
  suite.rerequested = true;
  suite.updatedAt = Date.now();
  context.signal.notify();
}

function findRun(
  context: SandboxContext,
  runId: number,
): { run: SandboxCheckRun; suite: SandboxCheckSuite; repository: SandboxRepository } {
  const run = context.state.runs.get(runId);
  const suite = run && context.state.suites.get(run.suiteId);
  const repository = run && context.state.repositories.get(run.repositoryId);
  if (!suite || !repository) throw new Error(`There is no check run ${runId}`);
  return { run, suite, repository };
}
