import type { Deployment } from '../domain/deployment.ts';
import type { PipelineList } from '../domain/pipeline.ts';
import {
  describePipeline,
  formatWatchId,
  type NewPipelineWatch,
  type PipelineWatch,
  type WatchedPipeline,
} from '../domain/pipeline-watch.ts';
import { matchPipelines, type PipelineAtFile } from '../planning/changed-pipelines.ts';
import { tookAnotherCommit } from '../reporting/render/github-links.ts';
import { readSettings } from './read-pipelines.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

/** How many pipelines are verified after one deployment. */
const MOST_VERIFIED = 5;
const TOO_MANY = `at most ${MOST_VERIFIED} pipelines are verified after a deployment`;

/**
 * Plans the verification of the pipelines that a deployment changed, where the repository's configuration wants it. Null if
 * there is nothing to verify. Throws if GitHub can't answer now.
 */
export async function planVerification(
  context: ReconcileContext,
  deployment: Deployment,
  list: PipelineList,
): Promise<PipelineWatch | null> {
  if (!(await readSettings(context, deployment)).verify) return null;
  const changed = await findChanged(context, deployment, list);
  if (changed.length === 0) return null;
  const added = await context.store.addPipelineWatch(describeWatch(context, deployment, changed));
  if (!added) return null;
  context.log.info({ ...logFields(deployment), pipelines: changed.length }, 'Changed pipelines are verified');
  context.dispatcher.wake('pipelines', added.id);
  return added;
}

/** Stores that nothing was verified, for the summary. */
export async function giveUpVerification(context: ReconcileContext, deployment: Deployment): Promise<void> {
  const added = await context.store.addPipelineWatch(describeWatch(context, deployment, []));
  if (!added) return;
  const end = { state: 'concluded', ending: 'refused', concludedAt: context.clock.now() } as const;
  await context.store.savePipelineWatch(added.id, end);
}

/** Compares with the last commit that Meltano Cloud deployed, else with the one before the push. */
async function findChanged(
  context: ReconcileContext,
  deployment: Deployment,
  { pipelines }: PipelineList,
): Promise<PipelineAtFile[]> {
  const { sha, deployedSha, before, directory, repositoryId } = deployment;
  const repository = await context.repositories.getRepository(repositoryId);
  if (!repository) return [];
  const after = deployedSha !== null && tookAnotherCommit(deployment) ? deployedSha : sha;
  const deployed = await context.store.findLastDeployed(deployment, deployment.id);
  const step = { directory, before: deployed ?? before, after };
  const changed = await context.readChangedPipelines(repository, step);
  const finished = pipelines.filter(({ status }) => status !== 'DRAFT');
  return matchPipelines(changed ?? [], finished, directory);
}

function describeWatch(
  { clock }: ReconcileContext,
  deployment: Deployment,
  changed: readonly PipelineAtFile[],
): NewPipelineWatch {
  const { account, workspaceId, repositoryId, installationId } = deployment;
  const { workspaceName, directory, sha } = deployment;
  return {
    id: formatWatchId('verification', deployment.id),
    purpose: 'verification',
    account,
    workspaceId,
    repositoryId,
    installationId,
    workspaceName,
    directory,
    log: 'none',
    checkName: null,
    sha,
    deploymentId: deployment.id,
    deliveryId: null,
    requestedBy: '',
    pipelines: changed.map(({ pipeline, file }, index): WatchedPipeline => {
      const watched = describePipeline(pipeline, { file, isStarted: true });
      if (index < MOST_VERIFIED) return watched;
      return { ...watched, outcome: 'not_started', problem: TOO_MANY };
    }),
    createdAt: clock.now(),
  };
}
