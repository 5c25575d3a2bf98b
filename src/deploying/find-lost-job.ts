import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import { chooseReadDelay } from '../domain/judge-failure.ts';
import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';
import { describeReadFailure } from '../reporting/render/describe-failure.ts';
import { change, conclude } from './conclude.ts';
import { pickJob } from './find-job.ts';
import { logFields, type ReconcileContext, type StepResult, startLeft } from './reconcile-context.ts';
import { acceptJob, type StartContext, startDeployment } from './start-deployment.ts';

/**
 * A queued job may be missing from the list, so a lost start is looked for this long before it is posted again, without
 * a break in which the list could not be read (milliseconds).
 */
const LOOK_FOR_MS = 2 * 60_000;
/** The longest wait between two looks (milliseconds). */
const LOOK_EVERY_MS = 15_000;

/** What a process remembers of a search; another process starts anew. */
interface Search {
  /** Since when (`elapsed`) the list could be read at every look; an outage begins the time anew. */
  readableSince: number | null;
  looks: number;
}

/**
 * A start whose answer never came, or came unreadable: its job is the deployment job that was not in the list before.
 * The start is posted again only if none shows up for two minutes; after an unreadable answer it never is.
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
    const job = listed.ok ? await pickJob(context, deployment, listed.value) : null;
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
  // What an unreadable answer held stays the reason: it is never sent again.
  if (deployment.attemptOutcome !== 'unreadable') {
    const problem = describeReadFailure(deployment.problem, failure);
    if (!(await change(context, deployment, { problem }))) return 'go on';
  }
  if (failure.kind !== 'held') return Math.min(LOOK_EVERY_MS, chooseReadDelay(failure, looks, random));
  return Math.min(failure.heldMs, startLeft(context, deployment));
}

/** Even a start whose time is over is looked for once: the process may have been away since the attempt. */
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
