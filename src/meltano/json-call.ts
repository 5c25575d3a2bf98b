import type { z } from 'zod';
import type { MeltanoResult } from '../domain/ports.ts';
import { type Call, type CallContext, call, readText } from './call.ts';
import { cleanMessage, parseJson } from './failure.ts';

const JSON_LIMIT = 8 * 1024 * 1024;

/** Sends a request and decodes its JSON answer. */
export function callJson<T>(
  context: CallContext,
  request: Call,
  schema: z.ZodType<T>,
): Promise<MeltanoResult<T>> {
  return call(context, request, async ({ status, body }) => {
    const text = await readText(body, JSON_LIMIT);
    const unexpected = (message: string): MeltanoResult<T> => ({
      ok: false,
      failure: { kind: 'unexpected_body', status, message },
    });
    if (text === null) return unexpected('The answer is longer than 8 MiB');
    const decoded = schema.safeParse(parseJson(text));
    if (decoded.success) return { ok: true, value: decoded.data };
    return unexpected(describeBody(text, decoded.error, request.secrets));
  });
}

/** What is wrong. Of JSON only the field is named: workspace answers hold keys and passwords. */
function describeBody(text: string, error: z.ZodError, secrets: readonly string[]): string {
  if (text.trim() === '') return 'The answer is empty';
  if (!/^\s*[[{"]/.test(text)) return cleanMessage(text, secrets);
  if (parseJson(text) === undefined) return 'The answer is not valid JSON';
  return cleanMessage(`Unexpected JSON: ${describeIssue(error)}`);
}

/** The first problem, with its place. Zod's messages name types and formats, never values. */
export function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.join('.') || 'the whole';
  return `${place}: ${issue?.message ?? 'invalid'}`;
}
