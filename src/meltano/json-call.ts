import type { z } from 'zod';
import type { MeltanoResult } from '../domain/meltano.ts';
import { type Call, type CallContext, call, readBytes } from './call.ts';
import { cleanMessage, parseJson } from './failure.ts';

const MIB = 1024 * 1024;

/** Limits of a JSON response. Parsing a larger one would block the event loop for all accounts. */
export interface AnswerLimits {
  readonly bytes: number;
  /** Fields and elements, including nested ones. Each costs parsing time. */
  readonly values: number;
}

const OBJECT_LIMITS: AnswerLimits = { bytes: MIB, values: 10_000 };
export const PAGE_LIMITS: AnswerLimits = { bytes: 8 * MIB, values: 200_000 };

export interface JsonReading {
  readonly limits?: AnswerLimits;
  /** Milliseconds for the whole call. */
  readonly timeout?: number;
  /** Called with the size of the response. */
  readonly onBytes?: (bytes: number) => void;
}

/** Sends a request and decodes the JSON response. */
export function callJson<T>(
  context: CallContext,
  request: Call,
  schema: z.ZodType<T>,
  { limits = OBJECT_LIMITS, timeout = context.timeouts.total, onBytes }: JsonReading = {},
): Promise<MeltanoResult<T>> {
  return call(
    context,
    request,
    async ({ status, body }) => {
      const bytes = await readBytes(body, limits.bytes);
      const unexpected = (message: string): MeltanoResult<T> => ({
        ok: false,
        failure: { kind: 'unexpected_body', status, message },
      });
      if (bytes === null) return unexpected(`The answer is longer than ${limits.bytes / MIB} MiB`);
      onBytes?.(bytes.length);
      if (hasMoreValues(bytes, limits.values))
        return unexpected(`The answer holds more than ${limits.values} values`);
      const text = bytes.toString('utf8');
      const decoded = schema.safeParse(parseJson(text));
      if (decoded.success) return { ok: true, value: decoded.data };
      return unexpected(describeBody(text, decoded.error, request.secrets));
    },
    timeout,
  );
}

const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Counts commas and opening brackets, even inside strings. */
function hasMoreValues(json: Buffer, values: number): boolean {
  if (json.length <= values) return false;
  let count = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  }
  return count > values;
}

/** Describes what is wrong. Names only the field of JSON: workspace responses contain keys and passwords. */
function describeBody(text: string, error: z.ZodError, secrets: readonly string[]): string {
  if (text.trim() === '') return 'The answer is empty';
  if (!/^\s*[[{"]/.test(text)) return cleanMessage(text, secrets);
  if (parseJson(text) === undefined) return 'The answer is not valid JSON';
  return cleanMessage(`Unexpected JSON: ${describeIssue(error)}`);
}

/** The first problem with its path. Zod's messages contain types and formats, never values. */
function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.join('.') || 'the whole';
  return `${place}: ${issue?.message ?? 'invalid'}`;
}

/** Unreadable entries of a list. `problem` describes the first. */
export interface Skipped {
  readonly count: number;
  readonly problem: string;
}

/** Decodes each entry on its own: an unreadable entry must not hide the others. */
export function decodeItems<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
): { values: T[]; skipped: Skipped | null } {
  const decoded = items.map((item) => schema.safeParse(item));
  const failed = decoded.filter((one) => !one.success);
  const [first] = failed;
  return {
    values: decoded.filter((one) => one.success).map((one) => one.data),
    skipped: first ? { count: failed.length, problem: describeIssue(first.error) } : null,
  };
}
