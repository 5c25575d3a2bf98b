import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';

export interface Observation {
  /** Whether Meltano Cloud answered at all: an error status is an answer, a 5xx isn't. */
  readonly onCall: (answered: boolean) => void;
  /** Takes secrets out of what an answer says: it goes into check runs, the database and the log. */
  readonly redact: (text: string) => Promise<string>;
}

/** The same calls, each told of, and with failures that can be shown. */
export function observeMeltano(api: MeltanoApi, { onCall, redact }: Observation): MeltanoApi {
  async function observe<T>(call: Promise<MeltanoResult<T>>): Promise<MeltanoResult<T>> {
    const result = await call;
    onCall(result.ok || (result.failure.kind === 'status' && result.failure.status < 500));
    if (result.ok) return result;
    const { failure } = result;
    return { ok: false, failure: { ...failure, message: await redact(failure.message) } };
  }
  return {
    listWorkspaces: () => observe(api.listWorkspaces()),
    getWorkspace: (id) => observe(api.getWorkspace(id)),
    startDeployment: (workspaceId) => observe(api.startDeployment(workspaceId)),
    startByPush: (start) => observe(api.startByPush(start)),
    readDeploymentSecret: (id) => observe(api.readDeploymentSecret(id)),
    getJob: (id) => observe(api.getJob(id)),
    stopJob: (id) => observe(api.stopJob(id)),
    listJobs: (workspaceId) => observe(api.listJobs(workspaceId)),
    readLog: (request) => observe(api.readLog(request)),
  };
}
