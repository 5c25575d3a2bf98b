import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import { chooseReadDelay } from '../domain/judge-failure.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { describeReadFailure } from '../reporting/render/describe-meltano-failure.ts';
import { change, conclude } from './conclude.ts';
import { findAttemptedJob } from './find-job.ts';
import {
  logFields,
  type ReconcileContext,
  type StartContext,
  type StepResult,
  startLeft,
} from './reconcile-context.ts';
import { acceptJob, startDeployment } from './start-deployment.ts';

/**
 * A queued job may be missing from the list, so the app searches this long before it starts again. Time in
 * which the list can't be read doesn't count.
 */
const LOOK_FOR_MS = 2 * 60_000;
/** The longest wait between two looks. */
const LOOK_EVERY_MS = 15_000;

/** A search for one job, in memory: a restart begins a new one. */
interface Search {
  /** Since when (`elapsed`) every read of the list succeeded; null after a failure. */
  readableSince: number | null;
  looks: number;
}

/**
 * Finds the job of a start whose answer was lost or unreadable: a deployment job that was not in the list before. If none
 * appears for two minutes, a lost start is sent again; one with an unreadable answer fails.
 */
export class LostJobFinder {
  readonly #context: StartContext;
  readonly #searches = new Map<string, Search>();

  constructor(context: StartContext) {
    this.#context = context;
  }

  async find(deployment: Deployment, api: MeltanoApi): Promise<StepResult> {
    const context = this.#context;
    const search = this.#searches.get(deployment.id) ?? { readableSince: null, looks: 0 };
    this.#searches.set(deployment.id, search);
    const listed = await api.listJobs(deployment.workspaceId);
    const job = listed.ok ? await findAttemptedJob(context, deployment, listed.value) : null;
    if (job) {
      this.#searches.delete(deployment.id);
      context.log.info({ ...logFields(deployment), job: job.id }, 'The job of a lost answer was found');
      return acceptJob(context, deployment, job);
    }
    const now = context.clock.elapsed();
    search.readableSince = listed.ok ? (search.readableSince ?? now) : null;
    if (isOver(context, deployment) || now - (search.readableSince ?? Infinity) >= LOOK_FOR_MS) {
      this.#searches.delete(deployment.id);
      return giveUp(context, deployment, api);
    }
    search.looks += 1;
    return lookLater(context, deployment, listed, search.looks);
  }
}

async function lookLater(
  context: ReconcileContext,
  deployment: Deployment,
  listed: MeltanoResult<Job[]>,
  looks: number,
): Promise<StepResult> {
  const random = context.random();
  if (listed.ok) return Math.min(LOOK_EVERY_MS, chooseRetryDelay(looks, null, random));
  const { failure } = listed;
  // After an unreadable answer, that answer stays the reason.
  if (deployment.attemptOutcome !== 'unreadable') {
    const problem = describeReadFailure(deployment.problem, failure);
    if (!(await change(context, deployment, { problem }))) return 'go on';
  }
  if (failure.kind !== 'held') return Math.min(LOOK_EVERY_MS, chooseReadDelay(failure, looks, random));
  return Math.min(failure.heldMs, startLeft(context, deployment));
}

/** Checked after the first look, since the process may have been down since the attempt. */
function isOver(context: ReconcileContext, deployment: Deployment): boolean {
  return startLeft(context, deployment) <= 0;
}

async function giveUp(context: StartContext, deployment: Deployment, api: MeltanoApi): Promise<StepResult> {
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
