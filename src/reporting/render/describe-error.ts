import type { FirstError } from '../../domain/log-excerpt.ts';
import { explainError } from '../../logs/known-errors/explain-error.ts';
import { formatCode } from './escape-markdown.ts';

/** If the message begins with a place, puts it first. */
export function describeError(message: string): string {
  const { path, line, words } = splitPlace(message);
  if (path === null) return `**Error:** ${formatCode(message)}`;
  return `**${formatCode(path)}, line ${line}:** ${formatCode(words)}`;
}

/** The file and the line at the beginning of a message. */
export function splitPlace(message: string): {
  readonly path: string | null;
  readonly line: number | null;
  readonly words: string;
} {
  const [, path, line, words] = /^([^\s:]{1,200}\.\w{1,8}):(\d{1,9}) (.+)$/s.exec(message) ?? [];
  if (path === undefined || words === undefined) return { path: null, line: null, words: message };
  return { path, line: Number(line), words };
}

/** The cause and the remedy in one paragraph, for the place below the error; null for an unknown error. */
export function adviseOnError(error: FirstError): string | null {
  const known = explainError(error);
  return known && `**What to do:** ${known.cause} ${known.advice}`;
}

/** One paragraph for each known error, with the names of what failed with it; `named` is Markdown. */
export function adviseOnErrors(
  failures: ReadonlyArray<{ readonly named: string; readonly error: FirstError | null }>,
): string[] {
  const named = new Map<string, string[]>();
  for (const { named: name, error } of failures) {
    const known = error && explainError(error);
    if (!known) continue;
    const words = `${known.cause} ${known.advice}`;
    named.set(words, [...(named.get(words) ?? []), name]);
  }
  return [...named].map(([words, names]) => `**What to do** about ${names.join(', ')}: ${words}`);
}
