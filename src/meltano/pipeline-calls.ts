import type { PipelineApi } from '../domain/meltano.ts';
import { type AuthorizedCalls, noSuchId } from './authorized-calls.ts';
import { isUuid, pipelineSchema } from './decode.ts';

const JOBS_PAGE = 20;

/** The calls about pipelines, with one account's credentials. */
export function createPipelineCalls(calls: AuthorizedCalls): PipelineApi {
  return {
    async listPipelines(workspaceId, timeoutMs = calls.context.timeouts.total) {
      if (!isUuid(workspaceId)) return noSuchId('workspace');
      const listed = await calls.readAll({
        path: `/workspaces/${workspaceId}/pipelines`,
        rel: 'pipelines',
        schema: pipelineSchema,
        timeout: timeoutMs,
      });
      if (!listed.ok) return listed;
      return { ok: true, value: { pipelines: listed.value.values, total: listed.value.total } };
    },
    getPipeline: async (id) =>
      isUuid(id) ? calls.getJson(`/pipelines/${id}`, pipelineSchema) : noSuchId('pipeline'),
    listPipelineJobs: async (id) =>
      isUuid(id) ? calls.listJobs(`/pipelines/${id}/jobs`, JOBS_PAGE) : noSuchId('pipeline'),
    verifyPipeline: async (id) =>
      isUuid(id) ? calls.postForJob(`/pipelines/${id}/verification`) : noSuchId('pipeline'),
    runPipeline: async (id) =>
      isUuid(id) ? calls.postForJob(`/pipelines/${id}/jobs`) : noSuchId('pipeline'),
  };
}
