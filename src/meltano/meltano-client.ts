import { createHmac } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { DEPLOY_JOB_TYPE, type Job, jobPhase } from '../domain/job.ts';
import type {
  JobApi,
  LogProgress,
  LogRequest,
  MeltanoApi,
  MeltanoResult,
  PushStart,
  WorkspaceApi,
} from '../domain/meltano.ts';
import { RemoteClock } from '../domain/remote-clock.ts';
import { createTokenSource, type MeltanoAuth } from './access-token.ts';
import {
  AuthorizedCalls,
  type ClientContext,
  JSON_TYPES,
  type ListProblem,
  noSuchId,
  USER_AGENT,
} from './authorized-calls.ts';
import {
  type CallContext,
  call,
  DEFAULT_TIMEOUTS,
  readText,
  type SentRequest,
  type Timeouts,
} from './call.ts';
import { deploymentSecretSchema, isUuid, jobSchema, workspaceSchema } from './decode.ts';
import { callJson } from './json-call.ts';
import { consumeLogPage, readLog } from './log-reader.ts';
import { createPipelineCalls } from './pipeline-calls.ts';

export interface MeltanoClientOptions {
  /** The API's base URL, for example `https://app.meltano.com/api`. */
  readonly apiUrl: string;
  readonly auth: MeltanoAuth;
  /** The dispatcher for the API and the token endpoint, from `MeltanoConnections`. */
  readonly connect: CallContext['connect'];
  readonly clock: Clock;
  readonly timeouts?: Partial<Timeouts>;
  /** Called with a workspace's deployment secret before its first use, for redaction. */
  readonly onDeploymentSecret?: (secret: string) => void;
  /** Called after each request, including requests for tokens. */
  readonly onRequest?: (sent: SentRequest) => void;
  /** Called for each list with unreadable or missing entries. */
  readonly onListProblem?: (problem: ListProblem) => void;
}

/** Bytes to read of an unused body, which frees the connection. */
const MESSAGE_LIMIT = 64 * 1024;
const JOBS_PAGE = 20;
/** For a workspace whose pipelines ran often since its last deployment. */
const LONG_JOBS_PAGE = 100;

/** Creates a client of the Meltano Cloud API with one account's credentials. */
export function createMeltanoClient(options: MeltanoClientOptions): MeltanoApi {
  const base: CallContext = {
    connect: options.connect,
    clock: options.clock,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    ...(options.onRequest ? { onRequest: options.onRequest } : {}),
  };
  // The token endpoint is another service with its own clock, so it doesn't get the `remoteClock`.
  const tokens = createTokenSource(options.auth, base, { 'user-agent': USER_AGENT });
  const context: ClientContext = { ...base, remoteClock: new RemoteClock(base.clock) };
  const apiUrl = options.apiUrl.replace(/\/+$/, '');
  const { onListProblem = () => undefined } = options;
  const calls = new AuthorizedCalls(apiUrl, context, tokens, onListProblem);
  const { onDeploymentSecret = () => undefined } = options;
  return {
    ...createWorkspaceCalls(calls, { apiUrl, onDeploymentSecret }),
    ...createJobCalls(calls),
    ...createPipelineCalls(calls),
  };
}

interface WorkspaceCallOptions {
  readonly apiUrl: string;
  readonly onDeploymentSecret: (secret: string) => void;
}

function createWorkspaceCalls(
  calls: AuthorizedCalls,
  { apiUrl, onDeploymentSecret }: WorkspaceCallOptions,
): WorkspaceApi {
  return {
    async listWorkspaces() {
      const listed = await calls.readAll({
        path: '/workspaces',
        rel: 'workspaces',
        schema: workspaceSchema,
        timeout: calls.context.timeouts.total,
      });
      if (!listed.ok) return listed;
      return { ok: true, value: listed.value.values.map((one) => calls.toLocalTimes(one)) };
    },

    async getWorkspace(id) {
      if (!isUuid(id)) return noSuchId('workspace');
      const read = await calls.getJson(`/workspaces/${id}`, workspaceSchema);
      return read.ok ? { ok: true, value: calls.toLocalTimes(read.value) } : read;
    },

    startDeployment: async (workspaceId, isFresh) =>
      isUuid(workspaceId)
        ? calls.postForJob(`/workspaces/${workspaceId}/deployments`, isFresh)
        : noSuchId('workspace'),

    startByPush: async (start) =>
      isUuid(start.workspaceId) ? sendPush(calls, apiUrl, start) : noSuchId('workspace'),

    async readDeploymentSecret(workspaceId) {
      if (!isUuid(workspaceId)) return noSuchId('workspace');
      const read = await calls.getJson(`/workspaces/${workspaceId}`, deploymentSecretSchema);
      if (read.ok && read.value !== null) onDeploymentSecret(read.value);
      return read;
    },
  };
}

/** Sends a signature instead of a token: the endpoint is made for GitHub's webhooks. */
async function sendPush(
  calls: AuthorizedCalls,
  apiUrl: string,
  { workspaceId, payload, secret }: PushStart,
): Promise<MeltanoResult<Job>> {
  const started = await callJson(
    calls.context,
    {
      method: 'POST',
      url: new URL(`${apiUrl}/workspaces/${workspaceId}/deployments/github-webhook`),
      headers: {
        accept: JSON_TYPES,
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        'x-github-event': 'push',
        'x-hub-signature': `sha1=${createHmac('sha1', secret).update(payload).digest('hex')}`,
      },
      body: payload,
      secrets: [secret],
    },
    jobSchema,
  );
  return started.ok ? { ok: true, value: calls.toLocalTimes(started.value) } : started;
}

function createJobCalls(calls: AuthorizedCalls): JobApi {
  return {
    async getJob(id) {
      if (!isUuid(id)) return noSuchId('job');
      const read = await calls.getJson(`/jobs/${id}`, jobSchema);
      return read.ok ? { ok: true, value: calls.toLocalTimes(read.value) } : read;
    },

    listJobs: async (workspaceId) =>
      isUuid(workspaceId) ? listDeploymentJobs(calls, workspaceId) : noSuchId('workspace'),

    stopJob: async (id) =>
      isUuid(id)
        ? calls.send('PUT', `/jobs/${id}/stopped`, JSON_TYPES, (request) =>
            // Only the status matters.
            call(calls.context, request, async ({ body }) => {
              await readText(body, MESSAGE_LIMIT);
              return { ok: true, value: null };
            }),
          )
        : noSuchId('job'),

    readLog: async (request) => (isUuid(request.jobId) ? readJobLog(calls, request) : noSuchId('job')),
  };
}

/**
 * A workspace has one deployment at a time, so the newest that ended ends the search. Jobs of its pipelines may fill the first
 * page.
 */
async function listDeploymentJobs(
  calls: AuthorizedCalls,
  workspaceId: string,
): Promise<MeltanoResult<Job[]>> {
  const path = `/workspaces/${workspaceId}/jobs`;
  const listed = await calls.listJobs(path, JOBS_PAGE);
  if (!listed.ok) return listed;
  const deployments = listed.value.filter(({ type }) => type === DEPLOY_JOB_TYPE);
  const isEnough =
    listed.value.length < JOBS_PAGE || deployments.some(({ status }) => jobPhase(status) === 'ended');
  if (isEnough) return { ok: true, value: deployments };
  const longer = await calls.listJobs(path, LONG_JOBS_PAGE);
  return longer.ok
    ? { ok: true, value: longer.value.filter(({ type }) => type === DEPLOY_JOB_TYPE) }
    : longer;
}

function readJobLog(calls: AuthorizedCalls, request: LogRequest): Promise<MeltanoResult<LogProgress>> {
  const { timeouts, clock } = calls.context;
  const readPage = (from: number) =>
    calls.send('GET', `/jobs/${request.jobId}/logs?sequence=${from}`, 'text/plain', (sent) =>
      call(
        calls.context,
        sent,
        (answer) => consumeLogPage(answer, request.onLines, sent.secrets),
        timeouts.log,
      ),
    );
  return readLog(request, readPage, { elapsed: clock.elapsed, limit: 3 * timeouts.log });
}
