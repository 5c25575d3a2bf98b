import type { Deployment } from '../domain/deployment.ts';
import type { ReadPipelines } from '../domain/judge-pipelines.ts';
import { describePipeline, formatWatchId } from '../domain/pipeline-watch.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

/** Plans the check run about the runs that a deployment starts, once. The next deployment doesn't wait for them. */
export async function followRuns(
  context: ReconcileContext,
  deployment: Deployment,
  { runs }: ReadPipelines,
): Promise<void> {
  if (runs.length === 0) return;
  const { account, workspaceId, repositoryId, installationId } = deployment;
  const { workspaceName, directory, log, sha } = deployment;
  const added = await context.store.addPipelineWatch({
    id: formatWatchId('triggered', deployment.id),
    purpose: 'triggered',
    account,
    workspaceId,
    repositoryId,
    installationId,
    workspaceName,
    directory,
    log,
    checkName: `${deployment.checkName}: runs after deployment`,
    sha,
    deploymentId: deployment.id,
    deliveryId: null,
    requestedBy: '',
    pipelines: runs.map((one) => describePipeline(one, { file: null, isStarted: false })),
    createdAt: context.clock.now(),
  });
  if (!added) return;
  context.log.info(
    { ...logFields(deployment), pipelines: runs.length },
    'Runs after the deployment are watched',
  );
  context.reporter.pipelinesChanged(added);
  context.dispatcher.wake('pipelines', added.id);
}
