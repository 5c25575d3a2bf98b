import { createHmac } from 'node:crypto';
import type { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { Clock } from '../domain/clock.ts';
import type { Job } from '../domain/job.ts';
import type { LogProgress, LogRequest, MeltanoApi, MeltanoResult, PushStart } from '../domain/meltano.ts';
import { RemoteClock } from '../domain/remote-clock.ts';
import type { Workspace } from '../domain/workspace.ts';
import { createTokenSource, type MeltanoAuth, type TokenSource } from './access-token.ts';
import {
  type Call,
  type CallContext,
  call,
  DEFAULT_TIMEOUTS,
  readText,
  type SentRequest,
  type Timeouts,
} from './call.ts';
import { deploymentSecretSchema, isUuid, jobSchema, pageSchema, workspaceSchema } from './decode.ts';
import { callJson, decodeItems, type JsonReading, PAGE_LIMITS, type Skipped } from './json-call.ts';
import { consumeLogPage, readLog } from './log-reader.ts';
import { readWorkspaces } from './read-workspaces.ts';

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
  /** Called once for each list with unreadable entries. */
  readonly onSkipped?: (skipped: Skipped & { readonly rel: 'workspaces' | 'jobs' }) => void;
}

interface ClientContext extends CallContext {
  readonly remoteClock: RemoteClock;
}

const TIMES = ['created', 'startTime', 'endTime'] as const;

/** Times by the service's clock. */
type Times = { readonly [K in (typeof TIMES)[number]]?: number | null };

const USER_AGENT = `meltano-deploy/${packageJson.version}`;
const JSON_TYPES = 'application/hal+json, application/json';
/** Limits for a service that ignores the requested size. */
const MAX_DECODED_JOBS = 1_000;
const MAX_JOBS = 100;
/** Bytes to read of an unused body, which frees the connection. */
const MESSAGE_LIMIT = 64 * 1024;

/** Creates a client of the Meltano Cloud API with one account's credentials. */
export function createMeltanoClient(options: MeltanoClientOptions): MeltanoApi {
  const context: CallContext = {
    connect: options.connect,
    clock: options.clock,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    ...(options.onRequest ? { onRequest: options.onRequest } : {}),
  };
  // The token endpoint is another service with its own clock, so it doesn't get the `remoteClock`.
  const tokens = createTokenSource(options.auth, context, { 'user-agent': USER_AGENT });
  return new MeltanoClient(options, { ...context, remoteClock: new RemoteClock(context.clock) }, tokens);
}

class MeltanoClient implements MeltanoApi {
  readonly #base: string;
  readonly #context: ClientContext;
  readonly #tokens: TokenSource;
  readonly #onSkipped: MeltanoClientOptions['onSkipped'];
  readonly #onDeploymentSecret: MeltanoClientOptions['onDeploymentSecret'];

  constructor(options: MeltanoClientOptions, context: ClientContext, tokens: TokenSource) {
    this.#base = options.apiUrl.replace(/\/+$/, '');
    this.#context = context;
    this.#tokens = tokens;
    this.#onSkipped = options.onSkipped;
    this.#onDeploymentSecret = options.onDeploymentSecret;
  }

  async listWorkspaces(): Promise<MeltanoResult<Workspace[]>> {
    const { clock, timeouts } = this.#context;
    const listed = await readWorkspaces({
      elapsed: clock.elapsed,
      timeout: timeouts.total,
      readPage: (path, reading) => this.#getJson(path, pageSchema('workspaces'), reading),
      onSkipped: (skipped) => this.#onSkipped?.({ rel: 'workspaces', ...skipped }),
    });
    if (!listed.ok) return listed;
    return { ok: true, value: listed.value.map((one) => this.#toLocalTimes(one)) };
  }

  async getWorkspace(id: string): Promise<MeltanoResult<Workspace>> {
    if (!isUuid(id)) return noSuchId('workspace');
    const read = await this.#getJson(`/workspaces/${id}`, workspaceSchema);
    return read.ok ? { ok: true, value: this.#toLocalTimes(read.value) } : read;
  }

  async startDeployment(workspaceId: string): Promise<MeltanoResult<Job>> {
    if (!isUuid(workspaceId)) return noSuchId('workspace');
    const path = `/workspaces/${workspaceId}/deployments`;
    const started = await this.#authorized('POST', path, JSON_TYPES, (request) =>
      callJson(this.#context, request, jobSchema),
    );
    return started.ok ? { ok: true, value: this.#toLocalTimes(started.value) } : started;
  }

  /** Sends a signature instead of a token: the endpoint is made for GitHub's webhooks. */
  async startByPush({ workspaceId, payload, secret }: PushStart): Promise<MeltanoResult<Job>> {
    if (!isUuid(workspaceId)) return noSuchId('workspace');
    const started = await callJson(
      this.#context,
      {
        method: 'POST',
        url: new URL(`${this.#base}/workspaces/${workspaceId}/deployments/github-webhook`),
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
    return started.ok ? { ok: true, value: this.#toLocalTimes(started.value) } : started;
  }

  async readDeploymentSecret(workspaceId: string): Promise<MeltanoResult<string | null>> {
    if (!isUuid(workspaceId)) return noSuchId('workspace');
    const read = await this.#getJson(`/workspaces/${workspaceId}`, deploymentSecretSchema);
    if (read.ok && read.value !== null) this.#onDeploymentSecret?.(read.value);
    return read;
  }

  async stopJob(id: string): Promise<MeltanoResult<null>> {
    if (!isUuid(id)) return noSuchId('job');
    return this.#authorized('PUT', `/jobs/${id}/stopped`, JSON_TYPES, (request) =>
      // Only the status matters.
      call(this.#context, request, async ({ body }) => {
        await readText(body, MESSAGE_LIMIT);
        return { ok: true, value: null };
      }),
    );
  }

  async getJob(id: string): Promise<MeltanoResult<Job>> {
    if (!isUuid(id)) return noSuchId('job');
    const read = await this.#getJson(`/jobs/${id}`, jobSchema);
    return read.ok ? { ok: true, value: this.#toLocalTimes(read.value) } : read;
  }

  async listJobs(workspaceId: string): Promise<MeltanoResult<Job[]>> {
    if (!isUuid(workspaceId)) return noSuchId('workspace');
    const path = `/workspaces/${workspaceId}/jobs?page=0&size=20&sort=created,desc`;
    const page = await this.#getJson(path, pageSchema('jobs'), { limits: PAGE_LIMITS });
    if (!page.ok) return page;
    const { values, skipped } = decodeItems(page.value.items.slice(0, MAX_DECODED_JOBS), jobSchema);
    if (skipped) this.#onSkipped?.({ rel: 'jobs', ...skipped });
    const jobs = values.map((job) => this.#toLocalTimes(job));
    const newest = jobs.sort((a, b) => (b.created ?? 0) - (a.created ?? 0)).slice(0, MAX_JOBS);
    return { ok: true, value: newest };
  }

  async readLog(request: LogRequest): Promise<MeltanoResult<LogProgress>> {
    if (!isUuid(request.jobId)) return noSuchId('job');
    const { timeouts, clock } = this.#context;
    const readPage = (from: number) =>
      this.#authorized('GET', `/jobs/${request.jobId}/logs?sequence=${from}`, 'text/plain', (sent) =>
        call(
          this.#context,
          sent,
          (answer) => consumeLogPage(answer, request.onLines, sent.secrets),
          timeouts.log,
        ),
      );
    return readLog(request, readPage, { elapsed: clock.elapsed, limit: 3 * timeouts.log });
  }

  #getJson<T>(path: string, schema: z.ZodType<T>, reading: JsonReading = {}): Promise<MeltanoResult<T>> {
    return this.#authorized('GET', path, JSON_TYPES, (request) =>
      callJson(this.#context, request, schema, reading),
    );
  }

  /** Sends with a token. If the token is refused, sends once more with a new one. */
  async #authorized<T>(
    method: Call['method'],
    path: string,
    accept: string,
    send: (request: Call) => Promise<MeltanoResult<T>>,
  ): Promise<MeltanoResult<T>> {
    const sendWith = (token: string) =>
      send({
        method,
        // Built from ids, never from links in a response, so the token is sent only to this origin.
        url: new URL(this.#base + path),
        headers: { authorization: `Bearer ${token}`, accept, 'user-agent': USER_AGENT },
        secrets: [token],
      });
    const token = await this.#tokens.current();
    if (!token.ok) return token;
    const result = await sendWith(token.value);
    if (result.ok || result.failure.kind !== 'status' || result.failure.status !== 401) return result;
    const renewed = await this.#tokens.renew(token.value);
    if (renewed === null) return result;
    return renewed.ok ? sendWith(renewed.value) : renewed;
  }

  /** The service's clock may be wrong. Converts its times to the local clock for comparisons. */
  #toLocalTimes<T extends Times>(shown: T): T {
    const local: { -readonly [K in keyof Times]?: number | null } = {};
    for (const key of TIMES)
      if (typeof shown[key] === 'number') local[key] = this.#context.remoteClock.toLocal(shown[key]);
    return { ...shown, ...local };
  }
}

/** The failure for an invalid id, without a request: such an id could change the path. */
function noSuchId(what: 'workspace' | 'job'): MeltanoResult<never> {
  const message = `Not a ${what} id`;
  return { ok: false, failure: { kind: 'status', status: 404, message, retryAfterMs: null } };
}
