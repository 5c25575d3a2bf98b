import type { ServiceRequest } from '../http/http-service.ts';
import { type PagingLie, Refusal } from './hal.ts';
import type { SandboxJob } from './sandbox-job.ts';
import type { SandboxPipeline } from './sandbox-pipeline.ts';
import type { SandboxWorkspace } from './sandbox-workspace.ts';

/** The state that the routes need. */
export interface RouteState {
  readonly workspaces: ReadonlyMap<string, SandboxWorkspace>;
  readonly pipelines: ReadonlyMap<string, SandboxPipeline>;
  readonly jobs: readonly SandboxJob[];
  readonly hideQueuedJobs: boolean;
  readonly refuseConcurrent: boolean;
  readonly pageLimit: number;
  readonly pagingLie: PagingLie | null;
  readonly runStatus: 200 | 201 | 202;
  accepts(token: string): boolean;
  createJob(workspace: SandboxWorkspace, madeBy: SandboxJob['madeBy']): SandboxJob;
  createPipelineJob(pipeline: SandboxPipeline, type: SandboxJob['type']): SandboxJob;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Throws 401 unless the request has a valid token. */
export function requireToken(state: RouteState, request: ServiceRequest): void {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined || !state.accepts(token)) {
    throw new Refusal(401, 'Full authentication is required to access this resource', {
      'www-authenticate': 'Bearer',
    });
  }
}

export function findWorkspace(state: RouteState, request: ServiceRequest): SandboxWorkspace {
  const workspace = findWorkspaceOfAnyone(state, request);
  if (workspace.access === 'none') throw new Refusal(403, 'Access is denied');
  return workspace;
}

export function findWorkspaceOfAnyone(state: RouteState, request: ServiceRequest): SandboxWorkspace {
  const id = readId(request);
  const workspace = state.workspaces.get(id);
  if (!workspace) throw new Refusal(404, `Workspace ${id} not found`);
  return workspace;
}

export function readId(request: ServiceRequest): string {
  const { id = '' } = request.params;
  if (!UUID.test(id)) throw new Refusal(400, `Invalid UUID string: ${id}`);
  return id.toLowerCase();
}

/** The jobs that a list shows: queued ones may be missing. */
export function listShownJobs(state: RouteState, holds: (job: SandboxJob) => boolean): SandboxJob[] {
  return state.jobs.filter(
    (job) => holds(job) && !job.deleted && !(state.hideQueuedJobs && job.status === 'QUEUED'),
  );
}

/** The fields by which a list of jobs is sorted. Jobs of the same millisecond keep their order. */
export const SORTABLE_JOBS = {
  created: (job: SandboxJob) => job.created * 1000 + (job.number % 1000),
};
