import { cautiousSettings } from '../domain/configuration-in-use.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { MeltanoApi } from '../domain/meltano.ts';
import type { PipelineList } from '../domain/pipeline.ts';
import type { WorkspaceSettings } from '../domain/repository-configuration.ts';
import { describeFailure } from '../reporting/render/describe-meltano-failure.ts';
import { logFields, type ReconcileContext } from './reconcile-context.ts';

/** The time limit for reading a list before a start, which waits for it. */
const BEFORE_START_MS = 3_000;

/** True unless the repository's configuration turns the check of pipelines off. */
export async function wantsPipelines(context: ReconcileContext, deployment: Deployment): Promise<boolean> {
  return (await readSettings(context, deployment)).pipelineCheck === 'report';
}

/** The settings of a deployment's workspace. */
export async function readSettings(
  { configurations }: ReconcileContext,
  { repositoryId, workspaceId: id, workspaceName: name, directory }: Deployment,
): Promise<WorkspaceSettings> {
  const inUse = await configurations.known(repositoryId);
  return cautiousSettings(inUse, { id, name, alias: null, directory });
}

/** The pipelines right before a start; null if they aren't wanted or can't be read now. Never delays a start for long. */
export async function readPipelinesBefore(
  context: ReconcileContext,
  deployment: Deployment,
  api: MeltanoApi,
): Promise<PipelineList | null> {
  if (!(await wantsPipelines(context, deployment))) return null;
  const listed = await api.listPipelines(deployment.workspaceId, BEFORE_START_MS);
  if (listed.ok) return listed.value;
  const problem = describeFailure(listed.failure);
  context.log.info({ ...logFields(deployment), problem }, 'The pipelines could not be read before the start');
  return null;
}
