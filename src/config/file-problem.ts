import type { LineCounter } from 'yaml';
import type { ConfigurationProblem } from '../domain/configuration-in-use.ts';
import type { FilePlace } from '../domain/repository-configuration.ts';
import { quoteText } from './describe-found.ts';

/** The keys and list positions that lead to a value. */
export type KeyPath = readonly PropertyKey[];

/** Offsets into the text; `to` is exclusive. */
export type TextRange = readonly [from: number, to: number];

export interface FileProblem extends ConfigurationProblem {
  /** The key, such as `workspaces[1].paths`; empty for the whole file. */
  readonly path: string;
}

/** Formats a path, such as `workspaces[1].paths`. `showKey` formats a key by its depth; default: quotes unless a plain word. */
export function formatKeyPath(
  path: KeyPath,
  showKey: (key: string, depth: number) => string = quoteKey,
): string {
  const parts = path.map((part, depth) =>
    typeof part === 'number' ? `[${part}]` : `.${showKey(String(part), depth)}`,
  );
  return parts.join('').replace(/^\./, '');
}

function quoteKey(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : quoteText(key);
}

/** Collects the problems of a text with their lines and columns. */
export class ProblemList {
  readonly found: FileProblem[] = [];
  readonly #text: string;
  readonly #lines: LineCounter;

  constructor(text: string, lines: LineCounter) {
    this.#text = text;
    this.#lines = lines;
  }

  add(range: TextRange, message: string, path: KeyPath): void {
    this.found.push({ ...this.placeOf(range), message, path: formatKeyPath(path) });
  }

  placeOf(range: TextRange): FilePlace {
    // A problem at the end of the file is shown on its last line that has text.
    const from = Math.min(range[0], this.#text.trimEnd().length);
    const to = range[1];
    // A block text includes the blank lines after it, but the problem isn't there.
    const end = from + this.#text.slice(from, to).trimEnd().length;
    const { line, col } = this.#lines.linePos(from);
    const endLine = this.#lines.linePos(Math.max(from, end - 1)).line;
    return {
      line: Math.max(1, line),
      column: Math.max(1, col),
      ...(endLine > line && { endLine }),
    };
  }
}
