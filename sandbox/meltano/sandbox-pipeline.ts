import { randomUUID } from 'node:crypto';
import { formatTime, linkTo } from './hal.ts';
import { plantSecret } from './planted-secrets.ts';
import type { SandboxJob } from './sandbox-job.ts';

/** A change of a pipeline's status, `afterMs` after a deployment's job begins to run or ends. */
export interface PipelineStep {
  on: 'start' | 'end';
  /** Default 0: together with it. */
  afterMs?: number;
  status: string;
}

export interface PipelineInput {
  name: string | null;
  label?: string | null;
  status?: string;
  schedule?: string | null;
  triggeredBy?: string[];
  dataComponents?: string[];
  /** Default: `pipelines/<name>.yml`. */
  repositoryPath?: string | null;
  /** What each deployment does to it. Default: nothing. */
  onDeploy?: (deployment: SandboxJob) => PipelineStep[];
}

/** A pipeline of the simulated service. Tests may change its fields. */
export interface SandboxPipeline {
  readonly id: string;
  readonly workspaceId: string;
  name: string | null;
  label: string | null;
  status: string;
  schedule: string | null;
  triggeredBy: string[];
  dataComponents: string[];
  repositoryPath: string | null;
  created: number;
  lastModified: number;
  onDeploy: (deployment: SandboxJob) => PipelineStep[];
  /** All changes of the status, oldest first. */
  readonly changes: { readonly at: number; readonly status: string }[];
  /** False until a PIPELINE_CONFIG job was made for it. */
  configured: boolean;
  /** Secrets that nothing may ever read or print. */
  readonly properties: Record<string, string>;
  readonly script: string;
  readonly actions: string[];
}

export function createPipeline(workspaceId: string, input: PipelineInput): SandboxPipeline {
  const { name, label = null, status = 'READY', schedule = null } = input;
  const now = Date.now();
  return {
    id: randomUUID(),
    workspaceId,
    name,
    label,
    status,
    schedule,
    triggeredBy: input.triggeredBy ?? [],
    dataComponents: input.dataComponents ?? ['tap-github', 'Warehouse'],
    repositoryPath: input.repositoryPath === undefined ? `pipelines/${name}.yml` : input.repositoryPath,
    created: now,
    lastModified: now,
    onDeploy: input.onDeploy ?? (() => []),
    changes: [{ at: now, status }],
    configured: false,
    properties: { 'tap-github.start_date': plantSecret(), 'target-postgres.host': plantSecret() },
    script: `meltano run ${plantSecret()} target-postgres`,
    actions: [plantSecret(), plantSecret()],
  };
}

/** Changes a pipeline's status, as the service does when it processes changes. */
export function changeStatus(pipeline: SandboxPipeline, status: string): void {
  pipeline.status = status;
  pipeline.lastModified = Date.now();
  pipeline.changes.push({ at: pipeline.lastModified, status });
}

export function representPipeline(pipeline: SandboxPipeline): unknown {
  const {
    onDeploy: _,
    configured: _configured,
    changes: _changes,
    workspaceId,
    created,
    lastModified,
    ...shown
  } = pipeline;
  const path = `/pipelines/${pipeline.id}`;
  const known = Object.entries(shown).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(known),
    timeout: 3_600,
    maxRetries: 0,
    created: formatTime(created, 120),
    lastModified: formatTime(lastModified, 340),
    _links: {
      self: linkTo(path),
      jobs: linkTo(`${path}/jobs`, 'GET'),
      'run pipeline': linkTo(`${path}/jobs`, 'POST'),
      'verify pipeline': linkTo(`${path}/verification`, 'POST'),
      workspace: linkTo(`/workspaces/${workspaceId}`),
    },
  };
}
