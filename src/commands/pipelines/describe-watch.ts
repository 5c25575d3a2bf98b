import type { UsableConfiguration } from '../../domain/configuration-in-use.ts';
import type { Repository } from '../../domain/deployment.ts';
import type { Pipeline } from '../../domain/pipeline.ts';
import { describePipeline, formatWatchId, type NewPipelineWatch } from '../../domain/pipeline-watch.ts';
import type { Workspace } from '../../domain/workspace.ts';
import { cleanInlineText } from '../../logs/clean-log-line.ts';
import { describeDeployment, type NameCheckRun } from '../../planning/plan-deployment.ts';
import type { NewId } from '../../planning/plan-store.ts';

/** Code points of a pipeline's name in the check run's name. */
const LONGEST_NAME = 80;

export interface WatchPorts {
  readonly newId: NewId;
  readonly nameCheckRun: NameCheckRun;
}

export interface WantedJobs {
  /** The id of the command's delivery. */
  readonly id: string;
  readonly receivedAt: number;
  readonly account: string;
  readonly repository: Repository;
  readonly actor: string;
  readonly workspace: Workspace;
  /** All workspaces of the repository. */
  readonly workspaces: readonly Workspace[];
  readonly configuration: UsableConfiguration;
  /** The head of the branch that the workspace tracks. */
  readonly sha: string;
}

/** A run, with a check run of its own. */
export function describeRun(wanted: WantedJobs, pipeline: Pipeline, ports: WatchPorts): NewPipelineWatch {
  const name = Array.from(cleanInlineText(pipeline.name)).slice(0, LONGEST_NAME).join('').trim();
  const { checkName, ...subject } = describeSubject(wanted, ports);
  return {
    ...subject,
    id: formatWatchId('run', wanted.id),
    purpose: 'run',
    checkName: `${checkName}: run of ${name}`,
    pipelines: [describePipeline(pipeline, { file: null, isStarted: true })],
  };
}

/** Verifications, one after another. They have no check run, and their log is never shown. */
export function describeVerification(
  wanted: WantedJobs,
  pipelines: readonly Pipeline[],
  ports: WatchPorts,
): NewPipelineWatch {
  return {
    ...describeSubject(wanted, ports),
    id: formatWatchId('verification', wanted.id),
    purpose: 'verification',
    checkName: null,
    log: 'none',
    pipelines: pipelines.map((one) => describePipeline(one, { file: null, isStarted: true })),
  };
}

function describeSubject(wanted: WantedJobs, ports: WatchPorts) {
  const { id: deliveryId, sha, actor: requestedBy, receivedAt: createdAt } = wanted;
  const subject = describeDeployment({ ...wanted, deliveryId }, ports);
  const { account, workspaceId, workspaceName, directory, log, checkName } = subject;
  const { installationId, repositoryId } = subject;
  return {
    account,
    workspaceId,
    workspaceName,
    repositoryId,
    installationId,
    directory,
    log,
    checkName,
    sha,
    deploymentId: null,
    deliveryId,
    requestedBy,
    createdAt,
  };
}
