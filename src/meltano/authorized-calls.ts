import type { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import type { Job } from '../domain/job.ts';
import type { MeltanoResult } from '../domain/meltano.ts';
import type { RemoteClock } from '../domain/remote-clock.ts';
import type { TokenSource } from './access-token.ts';
import type { Call, CallContext } from './call.ts';
import { jobSchema, pageSchema } from './decode.ts';
import { callJson, decodeItems, type JsonReading, PAGE_LIMITS, type Skipped } from './json-call.ts';
import { type Collection, type CollectionPages, readCollection } from './read-collection.ts';

export const USER_AGENT = `meltano-deploy/${packageJson.version}`;
export const JSON_TYPES = 'application/hal+json, application/json';
/** Limits for a service that ignores the requested size. */
const MAX_DECODED_JOBS = 1_000;
const MAX_JOBS = 100;
const NOT_SENT: MeltanoResult<never> = {
  ok: false,
  failure: { kind: 'unreachable', message: 'it gave no access token in time' },
};

export interface ClientContext extends CallContext {
  readonly remoteClock: RemoteClock;
}

/** A list that was read only in part. */
export type ListProblem =
  | (Skipped & { readonly rel: string })
  /** The service counts more entries than it showed. */
  | { readonly rel: string; readonly seen: number; readonly total: number };

const TIMES = ['created', 'startTime', 'endTime'] as const;

/** Times by the service's clock. */
type Times = { readonly [K in (typeof TIMES)[number]]?: number | null };

/** Sends calls of one account with its token. */
export class AuthorizedCalls {
  readonly context: ClientContext;
  readonly #base: string;
  readonly #tokens: TokenSource;
  readonly #onListProblem: (problem: ListProblem) => void;

  constructor(
    base: string,
    context: ClientContext,
    tokens: TokenSource,
    onListProblem: (problem: ListProblem) => void,
  ) {
    this.#base = base;
    this.context = context;
    this.#tokens = tokens;
    this.#onListProblem = onListProblem;
  }

  getJson<T>(path: string, schema: z.ZodType<T>, reading: JsonReading = {}): Promise<MeltanoResult<T>> {
    return this.send('GET', path, JSON_TYPES, (request) => callJson(this.context, request, schema, reading));
  }

  /** Sends a request that makes a job, while `isFresh`: getting a token may take some time. */
  async postForJob(path: string, isFresh = () => true): Promise<MeltanoResult<Job>> {
    const started = await this.send('POST', path, JSON_TYPES, async (request) =>
      isFresh() ? callJson(this.context, request, jobSchema) : NOT_SENT,
    );
    return started.ok ? { ok: true, value: this.toLocalTimes(started.value) } : started;
  }

  /** The newest page of a collection of jobs, newest first. */
  async listJobs(path: string, size: number): Promise<MeltanoResult<Job[]>> {
    const query = `?page=0&size=${size}&sort=created,desc`;
    const page = await this.getJson(path + query, pageSchema('jobs'), { limits: PAGE_LIMITS });
    if (!page.ok) return page;
    const { values, skipped } = decodeItems(page.value.items.slice(0, MAX_DECODED_JOBS), jobSchema);
    if (skipped) this.#onListProblem({ rel: 'jobs', ...skipped });
    const jobs = values.map((job) => this.toLocalTimes(job));
    const newest = jobs.sort((a, b) => (b.created ?? 0) - (a.created ?? 0)).slice(0, MAX_JOBS);
    return { ok: true, value: newest };
  }

  /** Reads all pages, and reports what is missing. */
  async readAll<T extends { readonly id: string }>(
    collection: Omit<CollectionPages<T>, 'elapsed' | 'readPage' | 'onSkipped'>,
  ): Promise<MeltanoResult<Collection<T>>> {
    const { rel } = collection;
    const listed = await readCollection({
      ...collection,
      elapsed: this.context.clock.elapsed,
      readPage: (path, reading) => this.getJson(path, pageSchema(rel), reading),
      onSkipped: (skipped) => this.#onListProblem({ rel, ...skipped }),
    });
    if (!listed.ok) return listed;
    const { seen, total } = listed.value;
    if (total !== null && seen < total) this.#onListProblem({ rel, seen, total });
    return listed;
  }

  /** Sends with a token. If the token is refused, sends once more with a new one. */
  async send<T>(
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
  toLocalTimes<T extends Times>(shown: T): T {
    const local: { -readonly [K in keyof Times]?: number | null } = {};
    for (const key of TIMES)
      if (typeof shown[key] === 'number') local[key] = this.context.remoteClock.toLocal(shown[key]);
    return { ...shown, ...local };
  }
}

/** The failure for an invalid id, without a request: such an id could change the path. */
export function noSuchId(what: 'workspace' | 'job' | 'pipeline'): MeltanoResult<never> {
  const message = `Not a ${what} id`;
  return { ok: false, failure: { kind: 'status', status: 404, message, retryAfterMs: null } };
}
