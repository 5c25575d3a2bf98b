import type { Deployment } from '../domain/deployment.ts';
import type { MeltanoApi } from '../domain/meltano.ts';
import { LONGEST_DELAY_MS } from '../domain/retry-delay.ts';
import { timeLeft } from '../domain/stored-times.ts';
import { findSuperseded } from '../domain/supersede.ts';
import { parseWorkspaceKey } from '../domain/workspace-key.ts';
import { change, conclude } from './conclude.ts';
import { LostJobFinder } from './find-lost-job.ts';
import { type ReconcileContext, type StepResult, startLeft } from './reconcile-context.ts';
import { type StartContext, startDeployment } from './start-deployment.ts';
import { JobWatcher } from './watch-job.ts';

/** Ends of an attempt after which the next one may follow without a look for its job. */
const MADE_NO_JOB: ReadonlySet<string> = new Set(['refused', 'busy']);

/** Brings workspaces to where their deployments say they should be. */
export class WorkspaceReconciler {
  readonly #context: StartContext;
  readonly #watcher: JobWatcher;
  readonly #lostJobs: LostJobFinder;

  constructor(context: ReconcileContext) {
    this.#context = { ...context, failedReads: new Map() };
    this.#watcher = new JobWatcher(context);
    this.#lostJobs = new LostJobFinder(this.#context);
  }

  /**
   * Takes one step after the other until there is something to wait for. The key is that of `formatWorkspaceKey`. Returns
   * in how many milliseconds to look again, or null when nothing is open. Run it for one workspace at a time.
   */
  async reconcile(key: string): Promise<number | null> {
    const workspace = parseWorkspaceKey(key);
    for (;;) {
      const open = await this.#context.store.listOpen(workspace);
      const dropped = open.find((one) => one.state === 'waiting' && one.withdrawnBy !== null);
      const [replaced] = dropped ? [] : findSuperseded(open);
      if (replaced) {
        await this.#supersede(replaced.deployment, replaced.by.id);
        continue;
      }
      const current = dropped ?? open.find((one) => one.state !== 'waiting') ?? open.at(-1);
      if (!current) return null;
      const wait = Math.min(this.#retryIn(current), startLeft(this.#context, current));
      if (wait > 0 && !isOnlyDropped(current)) return wait;
      const step = await this.#advance(current);
      if (step !== 'go on') return step;
    }
  }

  /**
   * Planning supersedes what waits. A deployment that let an adopted job go waits again, and a newer one may have come
   * meanwhile.
   */
  #supersede(deployment: Deployment, supersededBy: string): Promise<StepResult> {
    return conclude(this.#context, deployment, {
      conclusion: 'skipped',
      reason: 'superseded',
      supersededBy,
    });
  }

  async #advance(deployment: Deployment): Promise<StepResult> {
    const api = this.#context.accounts.byKey(deployment.account)?.api;
    if (!api) return this.#concludeUnserved(deployment);
    if (deployment.jobId) return this.#watcher.watch(deployment, deployment.jobId, api);
    if (isOnlyDropped(deployment)) {
      return conclude(this.#context, deployment, { conclusion: 'cancelled', reason: 'withdrawn' });
    }
    if (startLeft(this.#context, deployment) <= 0 && !mayHaveJob(deployment)) {
      return conclude(this.#context, deployment, {
        conclusion: 'failure',
        reason: 'start_timeout',
        problem: deployment.problem,
      });
    }
    return this.#advanceStart(deployment, api);
  }

  #retryIn({ retryAt }: Deployment): number {
    return retryAt === null ? 0 : timeLeft(this.#context.clock, retryAt, LONGEST_DELAY_MS);
  }

  async #advanceStart(deployment: Deployment, api: MeltanoApi): Promise<StepResult> {
    const { attemptOutcome } = deployment;
    if (attemptOutcome === null || MADE_NO_JOB.has(attemptOutcome)) {
      return startDeployment(this.#context, deployment, api);
    }
    // The end of the process cut off an attempt that is still open here: its answer counts as lost.
    if (attemptOutcome === 'open') {
      await change(this.#context, deployment, { attemptOutcome: 'lost', failures: 0 });
      return 'go on';
    }
    return this.#lostJobs.find(deployment, api);
  }

  #concludeUnserved(deployment: Deployment): Promise<StepResult> {
    const problem = `there are no Meltano Cloud credentials for the account ${deployment.account} any more`;
    // A job that is known may well go on.
    return conclude(
      this.#context,
      deployment,
      deployment.jobId
        ? { conclusion: 'timed_out', reason: 'watch_refused', problem }
        : { conclusion: 'failure', reason: 'start_refused', problem },
    );
  }
}

function mayHaveJob({ jobId, attemptOutcome }: Deployment): boolean {
  return jobId !== null || (attemptOutcome !== null && !MADE_NO_JOB.has(attemptOutcome));
}

/** Withdrawn before there was a job to stop. */
function isOnlyDropped(deployment: Deployment): boolean {
  return deployment.withdrawnBy !== null && !mayHaveJob(deployment);
}
