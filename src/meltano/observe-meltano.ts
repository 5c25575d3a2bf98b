import type { MeltanoApi, MeltanoResult } from '../domain/ports.ts';

/** The same calls, each telling whether Meltano Cloud answered at all (an error status is an answer, a 5xx isn't). */
export function observeMeltano(api: MeltanoApi, onCall: (answered: boolean) => void): MeltanoApi {
  async function observe<T>(call: Promise<MeltanoResult<T>>): Promise<MeltanoResult<T>> {
    const result = await call;
    onCall(result.ok || (result.failure.kind === 'status' && result.failure.status < 500));
    return result;
  }
  return {
    listWorkspaces: () => observe(api.listWorkspaces()),
    getWorkspace: (id) => observe(api.getWorkspace(id)),
    startDeployment: (workspaceId) => observe(api.startDeployment(workspaceId)),
    getJob: (id) => observe(api.getJob(id)),
    listJobs: (workspaceId) => observe(api.listJobs(workspaceId)),
    readLog: (request) => observe(api.readLog(request)),
  };
}
