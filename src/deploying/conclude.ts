import type { Conclusion, Deployment, FirstTry } from '../domain/deployment.ts';
import { changesOf, type DeploymentChange } from '../domain/deployment-store.ts';
import { REASON_CODES, type ReasonCode } from '../domain/reason-codes.ts';
import { formatWorkspaceKey } from '../domain/workspace.ts';
import { logFields, type ReconcileContext, type StepResult } from './reconcile-context.ts';

export interface Ending extends DeploymentChange {
  readonly conclusion: Exclude<Conclusion, 'none'>;
  readonly reason: ReasonCode;
}

/** Stores the changed fields and reports them. Returns null if the deployment was concluded meanwhile. */
export async function change(
  context: ReconcileContext,
  deployment: Deployment,
  fields: DeploymentChange,
): Promise<Deployment | null> {
  const changes = changesOf(deployment, fields);
  if (Object.keys(changes).length === 0) return deployment;
  const saved = await context.store.saveDeployment(deployment.id, changes);
  if (saved && saved.revision > deployment.revision) {
    context.reporter.changed(saved);
    await context.outputs.changed(saved);
  }
  return saved;
}

/**
 * Concludes a deployment and frees its workspace. If it has a job, the report waits until the whole log is read, while the
 * next deployment goes on.
 */
export async function conclude(
  context: ReconcileContext,
  deployment: Deployment,
  ending: Ending,
): Promise<StepResult> {
  const end = chooseEnd(deployment, ending);
  await context.outputs.beforeEnd(deployment, end.conclusion);
  const notice = await context.notices.prepareEnd(deployment);
  const concluded: DeploymentChange = {
    problem: null,
    hold: null,
    retryAt: null,
    ...end,
    state: 'concluded',
    concludedAt: context.clock.now(),
  };
  const saved = await context.store.saveDeployment(deployment.id, concluded, notice?.describe);
  if (!saved) return 'go on';
  notice?.wake();
  context.log.info({ ...logFields(saved), reason: saved.reason }, 'Deployment concluded');
  context.onConcluded(saved);
  if (saved.jobId) context.dispatcher.wake('log', saved.id);
  else context.reporter.changed(saved);
  await context.outputs.changed(saved);
  await wakeFollowers(context, saved);
  return 'go on';
}

/** Wakes the workspaces of the repository whose deployments may wait for this one. */
async function wakeFollowers({ store, dispatcher }: ReconcileContext, ended: Deployment): Promise<void> {
  for (const { account, workspaceId } of await store.listAwaitedCommits([ended.repositoryId])) {
    if (workspaceId === ended.workspaceId) continue;
    dispatcher.wake('workspace', formatWorkspaceKey({ account, workspaceId }));
  }
}

/** A deployment whose second job was never started ends as its first job did. */
function chooseEnd({ firstTry, jobId }: Deployment, ending: Ending): Ending {
  const hasResult = firstTry === null || jobId !== null || ending.reason === 'withdrawn';
  return hasResult ? ending : endAsFirstTry(firstTry, ending);
}

/** `instead`: why there is no second job. */
function endAsFirstTry({ error: _, ...first }: FirstTry, instead: Ending): Ending {
  return {
    ...first,
    firstTry: null,
    hold: null,
    conclusion: 'failure',
    reason: 'job_error',
    problem: instead.problem ?? REASON_CODES[instead.reason],
  };
}
