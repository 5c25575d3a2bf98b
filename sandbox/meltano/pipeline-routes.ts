import type { Route, ServiceAnswer, ServiceRequest } from '../http/http-service.ts';
import { answerHal, answerPage, Refusal } from './hal.ts';
import { findWorkspace, listShownJobs, type RouteState, readId, SORTABLE_JOBS } from './route-state.ts';
import { representJob, type SandboxJob } from './sandbox-job.ts';
import { representPipeline, type SandboxPipeline } from './sandbox-pipeline.ts';

/** The routes about pipelines: method, path, handler. */
export function createPipelineRoutes(state: RouteState): [string, string, Route['handle']][] {
  return [
    ['GET', '/workspaces/{id}/pipelines', (request) => listPipelines(state, request)],
    ['GET', '/pipelines/{id}', (request) => answerHal(200, representPipeline(findPipeline(state, request)))],
    ['GET', '/pipelines/{id}/jobs', (request) => listPipelineJobs(state, request)],
    ['POST', '/pipelines/{id}/jobs', (request) => run(state, request)],
    ['POST', '/pipelines/{id}/verification', (request) => verify(state, request)],
  ];
}

function listPipelines(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const { id } = findWorkspace(state, request);
  return answerPage(request, {
    rel: 'pipelines',
    items: [...state.pipelines.values()].filter((one) => one.workspaceId === id),
    sortable: { name: (item) => item.name ?? '', created: (item) => item.created },
    represent: representPipeline,
    lie: state.pagingLie,
  });
}

function listPipelineJobs(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const { id } = findPipeline(state, request);
  return answerPage(request, {
    rel: 'jobs',
    items: listShownJobs(state, (job) => job.pipelineId === id),
    sortable: SORTABLE_JOBS,
    represent: representJob,
  });
}

function run(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const pipeline = findChangeable(state, request);
  const isRunning = state.jobs.some((job) => job.type === 'PIPELINE_RUN' && isOpenJobOf(job, pipeline));
  if (isRunning) throw new Refusal(409, 'The pipeline is already running');
  return answerHal(state.runStatus, representJob(state.createPipelineJob(pipeline, 'PIPELINE_RUN')));
}

function verify(state: RouteState, request: ServiceRequest): ServiceAnswer {
  const pipeline = findChangeable(state, request);
  return answerHal(200, representJob(state.createPipelineJob(pipeline, 'PIPELINE_VERIFY')));
}

function isOpenJobOf(job: SandboxJob, pipeline: SandboxPipeline): boolean {
  return job.pipelineId === pipeline.id && !job.ended;
}

function findChangeable(state: RouteState, request: ServiceRequest): SandboxPipeline {
  const pipeline = findPipeline(state, request);
  if (state.workspaces.get(pipeline.workspaceId)?.access !== 'deploy')
    throw new Refusal(403, 'Access is denied');
  return pipeline;
}

function findPipeline(state: RouteState, request: ServiceRequest): SandboxPipeline {
  const id = readId(request);
  const pipeline = state.pipelines.get(id);
  if (!pipeline) throw new Refusal(404, `Pipeline ${id} not found`);
  if (state.workspaces.get(pipeline.workspaceId)?.access === 'none') {
    throw new Refusal(403, 'Access is denied');
  }
  return pipeline;
}
