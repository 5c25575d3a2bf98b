import type { Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import type { MeltanoFailure, MeltanoResult } from '../domain/meltano.ts';
import { type RemoteClock, readHttpDate } from '../domain/remote-clock.ts';
import { cleanMessage, failureOfError, failureOfStatus, isStaleConnection } from './failure.ts';

/** Milliseconds. `MeltanoConnections` limits connecting. */
export interface Timeouts {
  readonly headers: number;
  /** Between two chunks of a body. */
  readonly body: number;
  /** A whole call with a JSON response. */
  readonly total: number;
  /** One response with log lines. A longer log is continued from the last line. */
  readonly log: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { headers: 30_000, body: 30_000, total: 60_000, log: 20_000 };

const ERROR_BODY_LIMIT = 64 * 1024;
/** Bytes. Most responses fit. */
const FIRST_BUFFER = 16 * 1024;

export interface CallContext {
  /** The dispatcher for any origin, from `MeltanoConnections`. */
  readonly connect: () => Promise<Dispatcher>;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** Learns the server's time from each response. */
  readonly remoteClock?: RemoteClock;
  readonly onRequest?: (sent: SentRequest) => void;
}

export interface SentRequest {
  readonly method: Call['method'];
  /** The path, with `{id}` for each id. */
  readonly route: string;
  /** Null without a response. */
  readonly status: number | null;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** Removed from messages. */
  readonly secrets: readonly string[];
}

/** A 2xx response with an unread body. The consumer reads the body to its end or leaves the loop. */
export interface OpenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends one request and passes a 2xx response to `use`. Returns a failure for everything else. `limit` is the time for the
 * whole call in milliseconds. Throws only what `use` wraps in a `ConsumerError`.
 */
export async function call<T>(
  context: CallContext,
  request: Call,
  use: (answer: OpenAnswer) => Promise<MeltanoResult<T>>,
  limit: number = context.timeouts.total,
): Promise<MeltanoResult<T>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new OverallTimeout()), limit);
  try {
    const opened = await open(context, request, deadline.signal);
    if (!opened.ok) return opened;
    const { answer } = opened;
    return await use(answer);
  } catch (error) {
    if (error instanceof ConsumerError) throw error.cause;
    return fail(failureOfError({ error, started: true, host: request.url.host }));
  } finally {
    clearTimeout(timer);
  }
}

/** Wraps an error of the consumer, to tell it from a network error. */
export class ConsumerError extends Error {}

class OverallTimeout extends Error {
  readonly code = 'TIMEOUT';
}

type Opened = { ok: true; answer: OpenAnswer } | { ok: false; failure: MeltanoFailure };

async function open(context: CallContext, request: Call, signal: AbortSignal): Promise<Opened> {
  let sent = await send(context, request, signal);
  // The server probably closed the idle connection. Only a GET may be repeated; a POST is never sent twice.
  if (!sent.ok && request.method === 'GET' && isStaleConnection(sent.error)) {
    sent = await send(context, request, signal);
  }
  if (!sent.ok) return fail(failureOfError({ ...sent, host: request.url.host }));
  const { statusCode: status, headers, body } = sent.data;
  if (status >= 200 && status < 300) {
    const encoding = String(headers['content-encoding'] ?? 'identity')
      .trim()
      .toLowerCase();
    if (encoding !== 'identity' && encoding !== '') return refuseCompressed(status, encoding, body);
    return { ok: true, answer: { status, contentType: String(headers['content-type'] ?? ''), body } };
  }
  return fail(
    failureOfStatus({
      status,
      body: await readText(body, ERROR_BODY_LIMIT).catch(() => null),
      retryAfter: headers['retry-after'],
      now: readHttpDate(headers['date']) ?? context.clock.now(),
      secrets: request.secrets,
    }),
  );
}

/** Refuses compressed responses, which weren't requested: a few bytes could expand without limit. */
async function refuseCompressed(
  status: number,
  encoding: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Opened> {
  await readText(body, 0).catch(() => null);
  const message = `The response is compressed (${cleanMessage(encoding).slice(0, 40)}), which was not requested`;
  return fail({ kind: 'unexpected_body', status, message });
}

type Sent = { ok: true; data: Dispatcher.ResponseData } | { ok: false; error: unknown; started: boolean };

async function send(context: CallContext, request: Call, signal: AbortSignal): Promise<Sent> {
  const { dispatcher, started } = watchStart(await context.connect());
  const sentAt = context.clock.elapsed();
  try {
    const answer = dispatcher.request({
      origin: request.url.origin,
      path: request.url.pathname + request.url.search,
      method: request.method,
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      ...(request.body === undefined ? {} : { body: request.body }),
      headersTimeout: context.timeouts.headers,
      bodyTimeout: context.timeouts.body,
      signal,
    });
    const data = await orAborted(answer, signal);
    reportRequest(context, request, data.statusCode);
    context.remoteClock?.note(data.headers, { sentAt, answeredAt: context.clock.elapsed() });
    return { ok: true, data };
  } catch (error) {
    reportRequest(context, request, null);
    return { ok: false, error, started: started() };
  }
}

/**
 * Records whether the request was handed to a connection. undici calls `onRequestStart` right before it writes to an open
 * socket. Without that call, nothing was sent.
 */
function watchStart(dispatcher: Dispatcher): { dispatcher: Dispatcher; started: () => boolean } {
  let started = false;
  const onStart = () => {
    started = true;
  };
  const watched = dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, announceStart(handler, onStart)),
  );
  return { dispatcher: watched, started: () => started };
}

function announceStart(handler: Dispatcher.DispatchHandler, onStart: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      onStart();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  };
}

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

function reportRequest({ onRequest }: CallContext, { method, url }: Call, status: number | null): void {
  onRequest?.({ method, route: url.pathname.replaceAll(UUIDS, '{id}'), status });
}

/** Rejects on abort even while undici waits for a free connection. A request aborted before that is never sent. */
async function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([answer, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Returns the body as text, or null if it is longer than `limit` bytes. */
export async function readText(body: AsyncIterable<Uint8Array>, limit: number): Promise<string | null> {
  const bytes = await readBytes(body, limit);
  return bytes?.toString('utf8') ?? null;
}

/**
 * Returns the body, or null if it is longer than `limit` bytes. Copies into one buffer: a list of one-byte chunks would
 * take a hundred times the memory.
 */
export async function readBytes(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer | null> {
  let buffer = Buffer.alloc(Math.min(limit, FIRST_BUFFER));
  let length = 0;
  for await (const chunk of body) {
    if (length + chunk.length > limit) return null;
    if (length + chunk.length > buffer.length) {
      const larger = Buffer.alloc(Math.min(limit, 2 * (length + chunk.length)));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    buffer.set(chunk, length);
    length += chunk.length;
  }
  return buffer.subarray(0, length);
}

function fail(failure: MeltanoFailure): { ok: false; failure: MeltanoFailure } {
  return { ok: false, failure };
}
