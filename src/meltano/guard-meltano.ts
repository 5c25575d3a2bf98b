import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import { isOutage } from '../domain/outage.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

export interface Observation {
  /** Called after each call. A response with status 5xx doesn't count as an answer. */
  readonly onCall: (answered: boolean) => void;
  /** Removes secrets from a failure's message, which appears in check runs, the database and the log. */
  readonly redact: (text: string) => Promise<string>;
}

/**
 * Sends calls through the account's circuit breaker and redacts failures. Only short reads may probe: a start without an
 * answer may have created a job, and reading a log takes long. A failing read that is optional never opens the circuit, since
 * that would hold starts back.
 */
export function guardMeltano(api: MeltanoApi, breaker: CircuitBreaker, observation: Observation): MeltanoApi {
  async function guard<T>(
    role: 'may probe' | 'waits' | 'optional',
    call: () => Promise<MeltanoResult<T>>,
  ): Promise<MeltanoResult<T>> {
    const pass = breaker.enter(role !== 'waits');
    if (pass.kind === 'held') return { ok: false, failure: pass };
    try {
      const result = await observe(await call(), observation);
      const isOut = !result.ok && isOutage(result.failure);
      if (!isOut || role !== 'optional' || pass.isProbe) pass.leave(result.ok ? null : result.failure);
      // A failed read waits for the circuit if that is open. The result of a start is not replaced.
      const waits = isOut && role !== 'waits';
      const held = waits ? breaker.held() : null;
      return held ? { ok: false, failure: held } : result;
    } catch (error) {
      // Only the consumer of a response throws, so Meltano Cloud answered.
      pass.leave(null);
      throw error;
    }
  }
  return {
    listWorkspaces: () => guard('may probe', () => api.listWorkspaces()),
    getWorkspace: (id) => guard('may probe', () => api.getWorkspace(id)),
    startDeployment: (workspaceId, isFresh) =>
      guard('waits', () => api.startDeployment(workspaceId, isFresh)),
    startByPush: (start) => guard('waits', () => api.startByPush(start)),
    readDeploymentSecret: (id) => guard('may probe', () => api.readDeploymentSecret(id)),
    getJob: (id) => guard('may probe', () => api.getJob(id)),
    stopJob: (id) => guard('waits', () => api.stopJob(id)),
    listJobs: (workspaceId) => guard('may probe', () => api.listJobs(workspaceId)),
    readLog: (request) => guard('waits', () => api.readLog(request)),
    listPipelines: (id, timeoutMs) => guard('optional', () => api.listPipelines(id, timeoutMs)),
    getPipeline: (id) => guard('optional', () => api.getPipeline(id)),
    listPipelineJobs: (id) => guard('optional', () => api.listPipelineJobs(id)),
    verifyPipeline: (id) => guard('waits', () => api.verifyPipeline(id)),
    runPipeline: (id) => guard('waits', () => api.runPipeline(id)),
  };
}

async function observe<T>(
  result: MeltanoResult<T>,
  { onCall, redact }: Observation,
): Promise<MeltanoResult<T>> {
  onCall(result.ok || (result.failure.kind === 'status' && result.failure.status < 500));
  if (result.ok) return result;
  const { failure } = result;
  return { ok: false, failure: { ...failure, message: await redact(failure.message) } };
}
