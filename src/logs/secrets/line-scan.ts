import type { LineFrame } from './line-frame.ts';
import type { StringStart } from './read-string.ts';
import { type Container, readContainer } from './secret-container.ts';
import type { SecretPlace } from './secret-places.ts';
import type { SecretTable } from './secret-table.ts';
import type { TextRange } from './text-ranges.ts';

/** The unfinished part of a line, which the next ones continue. */
export type Unfinished =
  /** A name without its value. `forced`: the line ended with a backslash, so the next line must be the value. */
  | { readonly kind: 'value'; readonly place: SecretPlace; readonly forced: boolean }
  /** An open string, perhaps inside a container. `hidden`: it is a secret. */
  | {
      readonly kind: 'string';
      readonly start: StringStart;
      readonly hidden: boolean;
      readonly container: Container | null;
    }
  | { readonly kind: 'container'; readonly container: Container }
  /** Lines with a deeper indentation are secret: the whole lines (`password: |`), or only the values in them. */
  | { readonly kind: 'block'; readonly place: SecretPlace; readonly whole: boolean }
  /** The head of a table with a column of secrets. */
  | { readonly kind: 'table'; readonly table: SecretTable }
  /** `name: DB_PASSWORD`: the `value:` in one of the next lines is secret. */
  | { readonly kind: 'property'; readonly place: SecretPlace; readonly lines: number };

/** The state of the scanner within one line. */
export interface LineScan {
  readonly line: string;
  readonly frame: LineFrame;
  readonly ranges: TextRange[];
  unfinished: Unfinished | null;
  /** Containers before this position are done. The scanner still looks for names there. */
  contained: number;
}

/** Hides the secrets of a container from `from` on, and notes its unfinished part. Returns where to look for names next. */
export function followContainer(scan: LineScan, from: number, container: Container): number {
  const { at, ranges, open } = readContainer(scan.line, from, scan.frame.end, container);
  scan.contained = Math.max(at, from + 1);
  scan.ranges.push(...ranges);
  if (open !== null && !scan.line.slice(0, scan.frame.end).endsWith('…')) {
    scan.unfinished = { kind: 'string', ...open, container };
  } else if (container.levels.length > 0) scan.unfinished = { kind: 'container', container };
  return from + 1;
}
