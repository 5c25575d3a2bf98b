import type { KeyPath } from '../config/file-problem.ts';
import { readYaml, type YamlContent, type YamlLimits } from '../config/read-yaml.ts';

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A place in a file. `locate` computes line and column when needed. */
export interface Place {
  /** Relative to the root of the repository. */
  readonly path: string;
  locate(): Position;
}

/** A text of a file with its place. */
export interface Text {
  readonly text: string;
  readonly place: Place;
  /** False for a text of several lines, which may contain other entries if line breaks were lost. */
  readonly isOneLine: boolean;
}

/** Ten times the largest known project file. */
export const LIMITS: YamlLimits = {
  // ProjectFiles limits the size.
  mostBytes: Infinity,
  deepest: 32,
  mostValues: 50_000,
  mostTokens: 100_000,
};

/** A YAML file of the project. */
export class YamlFile {
  readonly path: string;
  readonly text: string;
  readonly content: YamlContent;
  /** The offset at which each line begins; empty until it is needed. */
  #lineStarts: number[] = [];

  constructor(path: string, text: string, content: YamlContent | null = null) {
    this.path = path;
    this.text = withoutByteOrderMark(text);
    this.content =
      content ??
      readYaml(this.text, {
        limits: LIMITS,
        isTyped: () => true,
        // A setting's value may be a secret.
        mayQuote: false,
      });
  }

  isOf(text: string): boolean {
    return this.text === withoutByteOrderMark(text);
  }

  /** The same file under another path, without reading it again. */
  at(path: string): YamlFile {
    return path === this.path ? this : new YamlFile(path, this.text, this.content);
  }

  placeOf(path: KeyPath, part: 'key' | 'value'): Place {
    return {
      path: this.path,
      locate: () => {
        const { key, value } = this.content.locate(path);
        return this.#positionOf((part === 'key' && key ? key : value)[0]);
      },
    };
  }

  /** The source text of a value, and its offset in the file. */
  sourceOf(path: KeyPath): { readonly source: string; readonly offset: number } {
    const [from, to] = this.content.locate(path).value;
    return {
      source: this.text.slice(from, to),
      offset: from,
    };
  }

  placeAt(offset: number): Place {
    return {
      path: this.path,
      locate: () => this.#positionOf(offset),
    };
  }

  #positionOf(offset: number): Position {
    if (this.#lineStarts.length === 0) {
      this.#lineStarts = [0, ...Array.from(this.text.matchAll(/\n/g), ({ index }) => index + 1)];
    }
    const line = this.#lineStarts.findLastIndex((start) => start <= offset);
    return {
      line: line + 1,
      column: offset - (this.#lineStarts[line] ?? 0) + 1,
    };
  }
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The place of findings about a whole file, or a missing one. */
export function startOf(path: string): Place {
  return {
    path,
    locate: () => ({ line: 1, column: 1 }),
  };
}
