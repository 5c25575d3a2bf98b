import type { Deployment } from '../domain/deployment.ts';
import type { MeltanoApi } from '../domain/meltano.ts';
import { LONGEST_DELAY_MS } from '../domain/retry-delay.ts';
import { ageOf, timeLeft } from '../domain/stored-times.ts';
import { findSuperseded } from '../domain/supersede.ts';
import { parseWorkspaceKey } from '../domain/workspace-key.ts';
import { change, conclude } from './conclude.ts';
import { createLostJobFinder } from './find-lost-job.ts';
import type { ReconcileContext, StepResult } from './reconcile-context.ts';
import { type StartContext, startDeployment } from './start-deployment.ts';
import { createJobWatcher } from './watch-job.ts';

/** Ends of an attempt after which the next one may follow without a look for its job. */
const MADE_NO_JOB: ReadonlySet<string> = new Set(['refused', 'busy']);

/**
 * Brings one workspace to where its rows say it should be, one step after the other, until there is something to wait
 * for. The key is that of `formatWorkspaceKey`. Returns in how many milliseconds to look again, or null when nothing is open. Run it for one workspace at a time.
 */
export function createReconciler(context: ReconcileContext): (key: string) => Promise<number | null> {
  const watcher = createJobWatcher(context);
  const starting: StartContext = { ...context, failedReads: new Map() };
  const lostJobs = createLostJobFinder(starting);

  return async function reconcileWorkspace(key) {
    const workspace = parseWorkspaceKey(key);
    for (;;) {
      const open = await context.store.listOpen(workspace);
      const dropped = open.find((one) => one.state === 'waiting' && one.withdrawnBy !== null);
      const [replaced] = dropped ? [] : findSuperseded(open);
      if (replaced) {
        await supersede(replaced.deployment, replaced.by.id);
        continue;
      }
      const current = dropped ?? open.find((one) => one.state !== 'waiting') ?? open.at(-1);
      if (!current) return null;
      const wait = Math.min(retryIn(current), startLeft(current));
      if (wait > 0 && !isOnlyDropped(current)) return wait;
      const step = await advance(current);
      if (step !== 'go on') return step;
    }
  };

  /** Planning does it for what waits. One that let an adopted job go waits again, and a newer one may have come meanwhile. */
  function supersede(deployment: Deployment, supersededBy: string): Promise<StepResult> {
    return conclude(context, deployment, { conclusion: 'skipped', reason: 'superseded', supersededBy });
  }

  async function advance(deployment: Deployment): Promise<StepResult> {
    const api = context.accounts.byKey(deployment.account)?.api;
    if (!api) return concludeUnserved(deployment);
    if (deployment.jobId) return watcher.watch(deployment, deployment.jobId, api);
    if (isOnlyDropped(deployment)) {
      return conclude(context, deployment, { conclusion: 'cancelled', reason: 'withdrawn' });
    }
    if (startLeft(deployment) <= 0 && !mayHaveJob(deployment)) {
      return conclude(context, deployment, {
        conclusion: 'failure',
        reason: 'start_timeout',
        problem: deployment.problem,
      });
    }
    return advanceStart(deployment, api);
  }

  /** Milliseconds in which the start may still be tried; without end, as long as none was made. */
  function startLeft({ startSince }: Deployment): number {
    return startSince === null ? Infinity : context.limits.startMs - ageOf(context.clock, startSince);
  }

  function retryIn({ retryAt }: Deployment): number {
    return retryAt === null ? 0 : timeLeft(context.clock, retryAt, LONGEST_DELAY_MS);
  }

  async function advanceStart(deployment: Deployment, api: MeltanoApi): Promise<StepResult> {
    const { attemptOutcome } = deployment;
    if (attemptOutcome === null || MADE_NO_JOB.has(attemptOutcome)) {
      return startDeployment(starting, deployment, api);
    }
    // An attempt that is still open here was cut off by the end of the process: its answer is as good as lost.
    if (attemptOutcome === 'open') {
      const fields = { attemptOutcome: 'lost', failures: 0 } as const;
      await change(context, deployment, fields);
      return 'go on';
    }
    return lostJobs.find(deployment, api);
  }

  function concludeUnserved(deployment: Deployment): Promise<StepResult> {
    // A job that is known may well go on.
    return conclude(context, deployment, {
      ...(deployment.jobId
        ? ({ conclusion: 'timed_out', reason: 'watch_refused' } as const)
        : ({ conclusion: 'failure', reason: 'start_refused' } as const)),
      problem: `there are no Meltano Cloud credentials for the account ${deployment.account} any more`,
    });
  }
}

function mayHaveJob({ jobId, attemptOutcome }: Deployment): boolean {
  return jobId !== null || (attemptOutcome !== null && !MADE_NO_JOB.has(attemptOutcome));
}

/** Withdrawn before there was a job to stop. */
function isOnlyDropped(deployment: Deployment): boolean {
  return deployment.withdrawnBy !== null && !mayHaveJob(deployment);
}
