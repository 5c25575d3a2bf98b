import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/ports.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { change, conclude } from './conclude.ts';
import { describeFailure } from './judge-failure.ts';
import { pickJob } from './pick-job.ts';
import { logFields, type ReconcileContext, type StepResult } from './reconcile-context.ts';
import { acceptJob, startDeployment } from './start-deployment.ts';

/**
 * A queued job may be missing from the list, so a lost start is looked for this long before it is posted again, without
 * a break in which the list could not be read (milliseconds).
 */
const LOOK_FOR_MS = 2 * 60_000;
/** The longest wait between two looks (milliseconds). */
const LOOK_EVERY_MS = 15_000;

export interface LostJobFinder {
  find(deployment: Deployment, api: MeltanoApi): Promise<StepResult>;
}

/**
 * A start whose answer never came, or came unreadable: its job is the deployment job that was not in the list before.
 * Only when none has shown up for two minutes is the start posted again; an unreadable answer is never posted again.
 */
export function createLostJobFinder(context: ReconcileContext): LostJobFinder {
  const { clock } = context;
  /** Since when the list could be read at every look; an outage, and the end of the process, begin the time anew. */
  const readableSince = new Map<string, number>();

  return {
    async find(deployment, api) {
      const listed = await api.listJobs(deployment.workspaceId);
      const job = listed.ok ? await pickJob(context, deployment, listed.value) : null;
      if (job) {
        readableSince.delete(deployment.id);
        context.log.info({ ...logFields(deployment), job: job.id }, 'The job of a lost answer was found');
        return acceptJob(context, deployment, job);
      }
      if (isOver(context, deployment) || lookedLongEnough(deployment.id, listed.ok)) {
        readableSince.delete(deployment.id);
        return giveUp(context, deployment, api);
      }
      return lookLater(context, deployment, listed);
    },
  };

  function lookedLongEnough(id: string, isReadable: boolean): boolean {
    if (!isReadable) {
      readableSince.delete(id);
      return false;
    }
    const since = readableSince.get(id) ?? clock.now();
    readableSince.set(id, since);
    return clock.now() - since >= LOOK_FOR_MS;
  }
}

async function lookLater(
  context: ReconcileContext,
  deployment: Deployment,
  listed: MeltanoResult<Job[]>,
): Promise<StepResult> {
  const failures = deployment.failures + 1;
  const delay = Math.min(LOOK_EVERY_MS, chooseRetryDelay(failures, null, context.random()));
  // What an unreadable answer held stays the reason: it is never sent again.
  const keep = listed.ok || deployment.attemptOutcome === 'unreadable';
  const problem = keep ? deployment.problem : describeFailure(listed.failure);
  await change(context, deployment, { failures, retryAt: context.clock.now() + delay, problem });
  return 'go on';
}

/** Even a start whose time is over is looked for once: the process may have been away since the attempt. */
function isOver({ clock, limits }: ReconcileContext, { startSince }: Deployment): boolean {
  return clock.now() - (startSince ?? 0) >= limits.startMs;
}

async function giveUp(
  context: ReconcileContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<StepResult> {
  if (deployment.attemptOutcome === 'unreadable') {
    return conclude(context, deployment, {
      conclusion: 'failure',
      reason: 'start_unreadable',
      problem: deployment.problem,
    });
  }
  if (isOver(context, deployment)) {
    const { problem } = deployment;
    return conclude(context, deployment, { conclusion: 'failure', reason: 'start_timeout', problem });
  }
  if (deployment.withdrawnBy !== null) {
    return conclude(context, deployment, { conclusion: 'cancelled', reason: 'withdrawn' });
  }
  context.log.warn(logFields(deployment), 'No job of a lost answer was found: starting again');
  return startDeployment(context, deployment, api);
}
