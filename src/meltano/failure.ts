import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { MeltanoFailure } from '../domain/meltano.ts';
import { readHttpDate } from '../domain/remote-clock.ts';

/** The port limits messages to 200 characters. */
const MESSAGE_LENGTH = 200;

/** Codes for "no connection". They don't count for a read or write on an open connection. */
const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of a connection in use. A mocked dispatcher reports them without `onRequestStart`. */
const SENT_CODES = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_ABORTED',
]);

/** Codes of an idle connection that the server closed. */
const STALE_CONNECTION_CODES = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

interface NetworkError {
  error: unknown;
  /** True if the request was handed to a connection. Only if false is it certain that nothing was sent. */
  started: boolean;
  host: string;
}

/** Returns `unreachable` if nothing was sent, otherwise `no_answer`. */
export function failureOfError({ error, started, host }: NetworkError): MeltanoFailure {
  const code = codeOf(error);
  if (isConnectError(error) || !(started || SENT_CODES.has(code))) {
    return { kind: 'unreachable', message: `No connection to ${host} (${code})` };
  }
  const what = code.includes('TIMEOUT')
    ? `${host} did not answer in time`
    : `The connection to ${host} broke`;
  return { kind: 'no_answer', message: `${what} (${code})` };
}

export function isStaleConnection(error: unknown): boolean {
  return STALE_CONNECTION_CODES.has(codeOf(error));
}

function isConnectError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isConnectError);
  const syscall = readField(error, 'syscall');
  const duringConnect = syscall === undefined || syscall === 'connect' || syscall === 'getaddrinfo';
  return duringConnect && CONNECT_CODES.has(codeOf(error));
}

function codeOf(error: unknown): string {
  return readField(error, 'code') ?? (error instanceof Error ? error.name : 'unknown error');
}

function readField(error: unknown, field: 'code' | 'syscall'): string | undefined {
  const value: unknown = error instanceof Error && field in error ? Reflect.get(error, field) : undefined;
  return typeof value === 'string' ? value : undefined;
}

const errorSchema = z.object({ message: z.string().optional(), error: z.string().optional() });

interface RefusedAnswer {
  status: number;
  /** Null if the body can't be read. */
  body: string | null;
  retryAfter: string | string[] | undefined;
  /** The service's time (epoch milliseconds), for a date in `Retry-After`. */
  now: number;
  /** Removed from the message. */
  secrets: readonly string[];
}

/** The failure for a response other than 2xx. The message is the service's, or the name of the status. */
export function failureOfStatus(answer: RefusedAnswer): MeltanoFailure {
  const { message, error } = errorSchema.safeParse(parseJson(answer.body ?? '')).data ?? {};
  const reason = STATUS_CODES[answer.status] ?? 'Unknown status';
  const redirected =
    answer.status >= 300 && answer.status < 400 ? `${reason}: redirects are not followed` : '';
  const text = redirected || message?.trim() || error?.trim() || reason;
  return {
    kind: 'status',
    status: answer.status,
    message: cleanMessage(text, answer.secrets),
    retryAfterMs: readRetryAfter(answer.retryAfter, answer.now),
  };
}

/** Returns undefined for invalid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses seconds or an HTTP date into milliseconds from now. Null if absent or invalid. */
function readRetryAfter(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = readHttpDate(text);
  return at === null ? null : Math.max(0, at - now);
}

/** Makes one line without control characters and secrets. A message that is cut to `MESSAGE_LENGTH` ends with `…`. */
export function cleanMessage(text: string, secrets: readonly string[] = []): string {
  let message = text;
  for (const secret of secrets) if (secret !== '') message = message.replaceAll(secret, '***');
  const line = message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return cutMessage(line).toWellFormed();
}

/** By the `…` the redaction of secrets recognises one that was cut. */
export function cutMessage(message: string): string {
  return message.length <= MESSAGE_LENGTH
    ? message
    : `${message.slice(0, MESSAGE_LENGTH - 1).toWellFormed()}…`;
}
