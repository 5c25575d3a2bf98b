import type { Deployment } from '../domain/deployment.ts';
import type { MeltanoApi } from '../domain/meltano.ts';
import { LONGEST_DELAY_MS } from '../domain/retry-delay.ts';
import { timeLeft } from '../domain/stored-times.ts';
import { findSuperseded } from '../domain/supersede.ts';
import { parseWorkspaceKey, type WorkspaceKey } from '../domain/workspace.ts';
import { CommitCheckReads } from './commit-check-reads.ts';
import { change, conclude } from './conclude.ts';
import { LostJobFinder } from './find-lost-job.ts';
import { judgeBehind } from './judge-behind.ts';
import { openArmed } from './open-armed.ts';
import { type ReconcileContext, type StartContext, type StepResult, startLeft } from './reconcile-context.ts';
import { endReplacedTry } from './second-try.ts';
import { PipelineSettler } from './settle-pipelines.ts';
import { startDeployment } from './start-deployment.ts';
import { JobWatcher } from './watch-job.ts';

/** Outcomes of an attempt that made no job, so the next one may follow at once. */
const MADE_NO_JOB: ReadonlySet<string> = new Set(['refused', 'busy']);

/** Carries out the open deployments of workspaces. */
export class WorkspaceReconciler {
  readonly #context: StartContext;
  readonly #watcher: JobWatcher;
  readonly #lostJobs: LostJobFinder;
  readonly #settler: PipelineSettler;

  constructor(context: ReconcileContext) {
    this.#context = {
      ...context,
      checks: new CommitCheckReads(context.gateReads, context.clock),
      failedReads: new Map(),
      gateLooks: new Map(),
      gateWaits: new Map(),
      behindLooks: new Map(),
    };
    this.#watcher = new JobWatcher(this.#context);
    this.#lostJobs = new LostJobFinder(this.#context);
    this.#settler = new PipelineSettler(context);
  }

  /**
   * Takes steps until there is something to wait for. `formatWorkspaceKey` makes the key. Returns the delay until the next
   * look (milliseconds), or null when nothing is open. Must not run twice at once for one workspace.
   */
  async reconcile(key: string): Promise<number | null> {
    const workspace = parseWorkspaceKey(key);
    for (;;) {
      const step = await this.#step(workspace);
      if (step !== 'go on') return step;
    }
  }

  async #step(workspace: WorkspaceKey): Promise<StepResult | null> {
    const open = await this.#context.store.listOpen(workspace);
    const withdrawn = open.find((one) => one.state === 'waiting' && one.withdrawnBy !== null);
    const [replaced] = withdrawn ? [] : findSuperseded(open);
    if (replaced) return this.#supersede(replaced.deployment, replaced.by.id);
    const deploying = open.filter((one) => one.state !== 'settling');
    const current = withdrawn ?? deploying.find((one) => one.state !== 'waiting') ?? deploying.at(-1);
    const step = current ? await this.#advanceWhenDue(current) : null;
    if (step === 'go on') return step;
    const next = deploying.at(-1);
    const isBehind = next !== current && next?.state === 'waiting';
    const behind = isBehind ? await judgeBehind(this.#context, next) : null;
    if (behind === 'go on') return behind;
    const settling = open.filter((one) => one.state === 'settling');
    const settled = await this.#settler.advance(settling);
    if (settled === 'go on') return settled;
    if (open.length > 0) return earlier(earlier(step, behind), settled);
    return openArmed(this.#context, workspace);
  }

  async #advanceWhenDue(current: Deployment): Promise<StepResult> {
    const delay = Math.min(this.#retryDelay(current), startLeft(this.#context, current));
    if (delay <= 0 || isWithdrawnWithoutJob(current)) return this.#advance(current);
    // A newer deployment doesn't wait for the pause before a second try.
    const replaced = mayHaveJob(current) ? null : await endReplacedTry(this.#context, current);
    return replaced ? conclude(this.#context, current, replaced) : delay;
  }

  /**
   * Planning supersedes waiting deployments. But a deployment that released an adopted job waits again, and a newer one may
   * have been planned meanwhile.
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
    if (isWithdrawnWithoutJob(deployment)) {
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

  #retryDelay({ retryAt }: Deployment): number {
    return retryAt === null ? 0 : timeLeft(this.#context.clock, retryAt, LONGEST_DELAY_MS);
  }

  async #advanceStart(deployment: Deployment, api: MeltanoApi): Promise<StepResult> {
    const { attemptOutcome } = deployment;
    if (attemptOutcome === null || MADE_NO_JOB.has(attemptOutcome)) {
      return startDeployment(this.#context, deployment, api);
    }
    // The process ended during this attempt, so its answer is lost.
    if (attemptOutcome === 'open') {
      await change(this.#context, deployment, { attemptOutcome: 'lost', failures: 0 });
      return 'go on';
    }
    return this.#lostJobs.find(deployment, api);
  }

  #concludeUnserved(deployment: Deployment): Promise<StepResult> {
    const problem = `there are no Meltano Cloud credentials for the account ${deployment.account} any more`;
    // The job may still run.
    return conclude(
      this.#context,
      deployment,
      deployment.jobId
        ? { conclusion: 'timed_out', reason: 'watch_refused', problem }
        : { conclusion: 'failure', reason: 'start_refused', problem },
    );
  }
}

/** The shorter of two delays; null if there is nothing to wait for. */
function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function mayHaveJob({ jobId, attemptOutcome }: Deployment): boolean {
  return jobId !== null || (attemptOutcome !== null && !MADE_NO_JOB.has(attemptOutcome));
}

/** True if the deployment was withdrawn before it had a job to stop. */
function isWithdrawnWithoutJob(deployment: Deployment): boolean {
  return deployment.withdrawnBy !== null && !mayHaveJob(deployment);
}
