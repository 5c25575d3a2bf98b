import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  Server,
  ServerResponse,
} from 'node:http';
import type { Logger } from 'pino';
import { readSignedBody } from './read-signed-body.ts';
import { createRefusalLog, Refusal, type RefusedRequest } from './refusal.ts';
import { UnverifiedBodies } from './unverified-bodies.ts';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;
const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/;
/** A GUID or the name of an event. The log and the database contain them. */
const WORD = /^[\x21-\x7e]{1,100}$/;
/** Characters of a cause in the log. */
const MAX_PROBLEM = 300;
/** A refused sender can read the response for this time before the connection closes. */
const LINGER_MS = 1_000;
/** Bytes to read from a refused sender meanwhile. */
const MAX_DISCARDED = 64 * 1024;

/** A delivery with a verified body. GitHub doesn't sign the headers `id` and `name`. */
export interface SignedDelivery {
  readonly id: string;
  readonly name: string;
  readonly payload: object;
}

export interface WebhookPorts {
  readonly path: string;
  readonly secret: string;
  readonly log: Logger;
  /** Rejects with a `Refusal` for an expected failure. Any other error is a bug. */
  readonly receive: (delivery: SignedDelivery) => Promise<void>;
  /** Called after a 5xx response to a signed delivery: the app has to request a redelivery. */
  readonly onFailure: () => void;
  readonly limits?: WebhookLimits;
}

export interface WebhookLimits {
  /** From the headers to the last byte of the body. */
  readonly completeWithinMs: number;
  /** GitHub counts a delivery as failed after 10 s without a response. */
  readonly answerWithinMs: number;
}

const LIMITS: WebhookLimits = { completeWithinMs: 30_000, answerWithinMs: 9_000 };

/**
 * Handles deliveries instead of Probot's middleware, which reads and decodes a whole body before it checks the signature,
 * logs refused requests in full, and answers 202 before the delivery is stored. Wraps the server's listeners.
 */
export function guardWebhooks(server: Server, ports: WebhookPorts): void {
  const path = readPath(ports.path);
  const answer = createAnswerer(ports);
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (request.method === 'POST' && readPath(request.url) === path) void answer(request, response);
    else for (const listener of listeners) listener(request, response);
  });
}

/** Normalises a path like Probot's middleware: `/a/./b` and `/x/../a/b/` become `/a/b`. */
function readPath(url = ''): string | undefined {
  return URL.parse(url, 'http://localhost')?.pathname.replace(/\/+$/, '');
}

function createAnswerer(
  ports: WebhookPorts,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { secret, log, receive, onFailure, limits = LIMITS } = ports;
  const bodies = new UnverifiedBodies();
  const noteRefusal = createRefusalLog(log);
  return async (request, response) => {
    let delivery: SignedDelivery | null = null;
    try {
      const { id, name, signature } = readHeaders(request.headers);
      const body = await readSignedBody(request, { secret, signature }, { ...limits, bodies });
      delivery = { id, name, payload: parsePayload(body) };
      await endWithin(limits.answerWithinMs, receive(delivery));
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    } catch (error) {
      const refusal = findRefusal(error);
      if (delivery && (refusal?.status ?? 500) >= 500) onFailure();
      const signed = delivery ? { delivery: delivery.id, event: delivery.name } : {};
      if (refusal) noteRefusal({ ...signed, ...describeRefusal(refusal) });
      else log.error({ ...signed, err: error }, 'Handling a delivery failed');
      sendRefusal(request, response, refusal ?? new Refusal(500, 'Handling the delivery failed.'));
    }
  };
}

function readHeaders(headers: IncomingHttpHeaders): { id: string; name: string; signature: string } {
  const { 'x-hub-signature-256': signed, 'x-github-event': name, 'x-github-delivery': id } = headers;
  const signature = SIGNATURE.exec(String(signed))?.[1];
  if (!signature) {
    throw new Refusal(
      400,
      'The header X-Hub-Signature-256 is missing or does not have the form sha256=<64 hex digits>.',
    );
  }
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    throw new Refusal(415, 'The Content-Type is not application/json.');
  }
  for (const [header, value] of Object.entries({ 'X-GitHub-Event': name, 'X-GitHub-Delivery': id })) {
    if (!WORD.test(String(value ?? '')))
      throw new Refusal(400, `The header ${header} is missing or is not one word.`);
  }
  return { id: String(id), name: String(name), signature };
}

function parsePayload(body: Buffer): object {
  let payload: unknown;
  try {
    payload = JSON.parse(body.toString());
  } catch {
    // Drops the cause, whose message quotes the body.
    throw new Refusal(400, 'The body is not JSON.');
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new Refusal(400, 'The body is not a JSON object.');
  if (!hasReadableInstallation(payload))
    throw new Refusal(422, 'The id of the installation is not a positive whole number.');
  return payload;
}

/** Probot creates a client for the installation before it calls a handler, and fails if the id isn't a number. */
function hasReadableInstallation(payload: { readonly installation?: unknown }): boolean {
  const { installation } = payload;
  if (installation === undefined || installation === null) return true;
  const { id } = installation as { readonly id?: unknown };
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0;
}

async function endWithin(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Refusal(503, 'The delivery could not be stored in time.')), ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Octokit wraps errors of handlers in an `AggregateError`. */
function findRefusal(error: unknown): Refusal | null {
  const thrown: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return thrown instanceof Refusal ? thrown : null;
}

function describeRefusal({ status, message, cause }: Refusal): RefusedRequest {
  const refused = { status, reason: message };
  if (!(cause instanceof Error)) return refused;
  return { ...refused, problem: cause.message.replace(/\s+/g, ' ').slice(0, MAX_PROBLEM) };
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, { status, message }: Refusal): void {
  if (response.destroyed) return;
  const text = JSON.stringify({ error: message });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(!request.complete && { connection: 'close' }),
  });
  if (request.complete) {
    response.end(text);
    return;
  }
  // Closing the connection while the sender still sends would discard the response.
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MAX_DISCARDED) request.pause();
  });
  request.on('end', () => response.end());
  setTimeout(() => response.end(), LINGER_MS).unref();
  response.write(text);
}
