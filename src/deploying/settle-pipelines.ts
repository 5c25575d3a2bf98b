import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from '../domain/deployment.ts';
import type { Job } from '../domain/job.ts';
import { judgeRead } from '../domain/judge-failure.ts';
import {
  type FailedBefore,
  judgePipelines,
  keepFailing,
  type PipelinesAfter,
  type ReadPipelines,
} from '../domain/judge-pipelines.ts';
import { chooseLogMode } from '../domain/log-setting.ts';
import type { MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import type { PipelineList } from '../domain/pipeline.ts';
import type { PipelineWatch } from '../domain/pipeline-watch.ts';
import { ageOf, stamp } from '../domain/stored-times.ts';
import { hasFailedVerification, readVerification } from '../domain/verification.ts';
import { formatWorkspaceKey, type WorkspaceKey } from '../domain/workspace.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import { findShownLog } from '../reporting/report-subject.ts';
import { change, conclude, type Ending } from './conclude.ts';
import type { JobFacts } from './describe-job.ts';
import { followRuns } from './follow-runs.ts';
import { locatePipelines } from './locate-pipelines.ts';
import { logFields, type ReconcileContext, type StepResult } from './reconcile-context.ts';
import { giveUpVerification, planVerification } from './verify-changed.ts';

/** When the pipelines are read, counted from the end of the job. */
const READ_AT_MS = [0, 3_000, 10_000, 30_000, 60_000, 90_000, 120_000];
/** How long the app tries to read the first list. */
const UNREAD_PATIENCE_MS = 10_000;
/** How often the app checks whether the verification is over. */
const VERIFY_LOOK_MS = 2_000;
/** The time limit for reading a list. The next deployment of the workspace may wait for it. */
const LIST_MS = 5_000;

const INTERRUPTED = 'the next deployment of the workspace began first';
const UNSERVED = 'there are no Meltano Cloud credentials for the account any more';

/** Stores that a job is complete. The deployment is concluded after a look at its pipelines. */
export async function startSettling(
  context: ReconcileContext,
  deployment: Deployment,
  job: Job,
  seen: JobFacts,
): Promise<StepResult> {
  // Not reported, because the first look usually concludes the deployment at once.
  await context.store.saveDeployment(deployment.id, {
    ...seen,
    state: 'settling',
    settlingSince: stamp(context.clock),
    serviceStartTime: job.serviceTimes.startTime ?? job.serviceTimes.created,
    serviceEndTime: job.serviceTimes.endTime,
    problem: null,
    failures: 0,
    retryAt: null,
  });
  return 'go on';
}

/**
 * Ends the wait for the pipelines of earlier deployments, since another one starts. `list` was read right before its start;
 * null if there is none.
 */
export async function endSettling(
  context: ReconcileContext,
  workspace: WorkspaceKey,
  list: PipelineList | null,
): Promise<void> {
  const open = await context.store.listOpen(workspace);
  for (const deployment of open.filter(({ state }) => state === 'settling')) {
    const looked = list === null ? null : judge(deployment, list);
    const pipelines = looked?.pipelines ?? deployment.pipelines ?? unread(INTERRUPTED);
    await concludeSettled(context, deployment, pipelines);
  }
}

/** Looks at the pipelines of a workspace after a deployment, until none is being set up. */
export class PipelineSettler {
  readonly #context: ReconcileContext;
  /**
   * By workspace: when the pipelines are read next after a deployment, by the clock's `elapsed`. In memory: another process
   * reads at once.
   */
  readonly #due = new Map<string, { readonly deploymentId: string; readonly at: number }>();

  constructor(context: ReconcileContext) {
    this.#context = context;
  }

  /** Returns the delay until the next look (milliseconds), `go on` after one was concluded, null if there is none. */
  async advance(settling: readonly Deployment[]): Promise<StepResult | null> {
    let delay: number | null = null;
    for (const deployment of settling) {
      const { elapsed } = this.#context.clock;
      const workspace = formatWorkspaceKey(deployment);
      const due = this.#due.get(workspace);
      const wait = due?.deploymentId === deployment.id ? due.at - elapsed() : 0;
      const step = wait > 0 ? wait : await this.#look(deployment);
      if (step === 'go on') {
        this.#due.delete(workspace);
        return step;
      }
      this.#due.set(workspace, { deploymentId: deployment.id, at: elapsed() + step });
      delay = Math.min(delay ?? step, step);
    }
    return delay;
  }

  async #look(deployment: Deployment): Promise<StepResult> {
    const { clock, store } = this.#context;
    const verification = await readVerification(deployment, store);
    if (verification && deployment.pipelines) {
      const isOver = verification.state === 'concluded';
      return isOver ? concludeSettled(this.#context, deployment, deployment.pipelines) : VERIFY_LOOK_MS;
    }
    const age = ageOf(clock, deployment.settlingSince ?? 0);
    const nextAt = READ_AT_MS.find((at) => at > age) ?? null;
    const retryMs = nextAt === null ? null : nextAt - age;
    const listed = await this.#list(deployment);
    if (listed === null) return concludeSettled(this.#context, deployment, unread(UNSERVED));
    if (!listed.ok) return this.#handleUnread(deployment, listed.failure, { age, retryMs });
    return this.#handleList(deployment, listed.value, { verification, retryMs });
  }

  async #handleUnread(
    deployment: Deployment,
    failure: MeltanoFailure,
    { age, retryMs }: { readonly age: number; readonly retryMs: number | null },
  ): Promise<StepResult> {
    const { pipelines } = deployment;
    if (pipelines?.kind !== 'read' && isHopeless(failure, age)) {
      const problem = describeFailure(failure);
      this.#context.log.info({ ...logFields(deployment), problem }, 'The pipelines could not be read');
      return concludeSettled(this.#context, deployment, unread(problem));
    }
    return (
      retryMs ?? concludeSettled(this.#context, deployment, pipelines ?? unread(describeFailure(failure)))
    );
  }

  async #handleList(
    deployment: Deployment,
    list: PipelineList,
    { verification, retryMs }: ToVerify,
  ): Promise<StepResult> {
    const looked = judge(deployment, list);
    await followRuns(this.#context, deployment, looked.pipelines);
    if (looked.pipelines.settingUp.length > 0 && retryMs !== null) {
      if (deployment.pipelines === null) await readLogEnd(this.#context, deployment);
      const isSame = isDeepStrictEqual(looked.pipelines, deployment.pipelines);
      return (await change(this.#context, deployment, isSame ? {} : looked)) ? retryMs : 'go on';
    }
    const wait = await this.#verify(deployment, looked, { list, verification, retryMs });
    return wait ?? concludeSettled(this.#context, deployment, looked.pipelines);
  }

  /** Milliseconds until the next look if pipelines are verified, or GitHub has to be asked again which ones; else null. */
  async #verify(
    deployment: Deployment,
    looked: Look,
    { list, verification, retryMs }: ToVerify & { readonly list: PipelineList },
  ): Promise<number | null> {
    try {
      const planned = verification ?? (await planVerification(this.#context, deployment, list));
      if (!planned) return null;
    } catch (error) {
      const { log } = this.#context;
      log.warn({ ...logFields(deployment), err: error }, 'The changed pipelines could not be found');
      if (retryMs === null) await giveUpVerification(this.#context, deployment);
      return retryMs;
    }
    // The title says that pipelines are verified.
    await change(this.#context, deployment, looked);
    return VERIFY_LOOK_MS;
  }

  async #list({ account, workspaceId }: Deployment): Promise<MeltanoResult<PipelineList> | null> {
    const api = this.#context.accounts.byKey(account)?.api;
    return api ? api.listPipelines(workspaceId, LIST_MS) : null;
  }
}

/** Reads the last lines of the job, so that the check run shows them while the app waits for the pipelines. */
async function readLogEnd(context: ReconcileContext, deployment: Deployment): Promise<void> {
  const { account, repositoryId } = deployment;
  const repository = await context.repositories.getRepository(repositoryId);
  const api = context.accounts.byKey(account)?.api;
  const shown = findShownLog(deployment);
  if (!repository || !api || !shown || chooseLogMode(deployment, repository.private) !== 'live') return;
  await context.logs.readOn(shown, shown.jobId, api);
}

interface ToVerify {
  readonly verification: PipelineWatch | null;
  /** Milliseconds until the pipelines are read again; null after the last reading. */
  readonly retryMs: number | null;
}

interface Look {
  readonly pipelines: ReadPipelines;
  readonly failedBefore: readonly FailedBefore[];
}

function judge({ failedBefore, serviceStartTime: jobStartTime }: Deployment, list: PipelineList): Look {
  const look = { list, failedBefore, jobStartTime };
  const pipelines = judgePipelines(look);
  return { pipelines, failedBefore: keepFailing(look, pipelines) };
}

function unread(problem: string): PipelinesAfter {
  return { kind: 'unread', problem };
}

/** A refusal doesn't pass. An outage may. */
function isHopeless(failure: MeltanoFailure, ageMs: number): boolean {
  return judgeRead(failure).kind !== 'retry' || ageMs >= UNREAD_PATIENCE_MS;
}

async function concludeSettled(
  context: ReconcileContext,
  deployment: Deployment,
  pipelines: PipelinesAfter,
): Promise<StepResult> {
  const hasFailed = pipelines.kind === 'read' && pipelines.failed.length > 0;
  const verification = await readVerification(deployment, context.store);
  const located =
    pipelines.kind === 'read' ? await locatePipelines(context, deployment, pipelines) : pipelines;
  return conclude(context, deployment, {
    pipelines: located,
    ...chooseEnding(hasFailed, hasFailedVerification(verification)),
  });
}

function chooseEnding(
  hasFailed: boolean,
  hasFailedVerification: boolean,
): Pick<Ending, 'conclusion' | 'reason'> {
  if (hasFailed) return { conclusion: 'failure', reason: 'pipelines_failed' };
  if (hasFailedVerification) return { conclusion: 'failure', reason: 'verification_failed' };
  return { conclusion: 'success', reason: 'job_complete' };
}
