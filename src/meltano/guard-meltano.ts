import type { MeltanoApi, MeltanoResult } from '../domain/meltano.ts';
import { isOutage } from '../domain/outage.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

export interface Observation {
  /** Whether Meltano Cloud answered: an error status is an answer, a 5xx isn't. */
  readonly onCall: (answered: boolean) => void;
  /** Removes secrets from the message of a failure, which goes into check runs, the database and the log. */
  readonly redact: (text: string) => Promise<string>;
}

/**
 * The same calls through the account's circuit breaker, with failures that can be shown. Only the short reads may be its
 * probe: a start whose answer is lost may have made a job, and a log can take long.
 */
export function guardMeltano(api: MeltanoApi, breaker: CircuitBreaker, observation: Observation): MeltanoApi {
  async function guard<T>(
    role: 'may probe' | 'waits',
    call: () => Promise<MeltanoResult<T>>,
  ): Promise<MeltanoResult<T>> {
    const pass = breaker.enter(role === 'may probe');
    if (pass.kind === 'held') return { ok: false, failure: pass };
    try {
      const result = await observe(await call(), observation);
      pass.leave(result.ok ? null : result.failure);
      // A read that fails while the circuit is open waits for the circuit. The outcome of a start stays as it is.
      const waits = !result.ok && role === 'may probe' && isOutage(result.failure);
      const held = waits ? breaker.held() : null;
      return held ? { ok: false, failure: held } : result;
    } catch (error) {
      // Calls throw only for what their caller did with an answer.
      pass.leave(null);
      throw error;
    }
  }
  return {
    listWorkspaces: () => guard('may probe', () => api.listWorkspaces()),
    getWorkspace: (id) => guard('may probe', () => api.getWorkspace(id)),
    startDeployment: (workspaceId) => guard('waits', () => api.startDeployment(workspaceId)),
    startByPush: (start) => guard('waits', () => api.startByPush(start)),
    readDeploymentSecret: (id) => guard('may probe', () => api.readDeploymentSecret(id)),
    getJob: (id) => guard('may probe', () => api.getJob(id)),
    stopJob: (id) => guard('waits', () => api.stopJob(id)),
    listJobs: (workspaceId) => guard('may probe', () => api.listJobs(workspaceId)),
    readLog: (request) => guard('waits', () => api.readLog(request)),
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
