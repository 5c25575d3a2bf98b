import type { TextRange } from '../text-ranges.ts';
import type { LineFrame } from './line-frame.ts';
import type { StringStart } from './read-string.ts';
import { type Container, readContainer } from './secret-container.ts';
import type { SecretPlace } from './secret-places.ts';
import type { SecretTable } from './secret-table.ts';

/** What the next line has to do with the ones before. */
export type Carry =
  /** A value is still to come; `forced`: the line before ended with a backslash. */
  | { readonly kind: 'value'; readonly place: SecretPlace; readonly forced: boolean }
  /** Within a string, perhaps one of a container; `hidden`: it is secret. */
  | {
      readonly kind: 'string';
      readonly start: StringStart;
      readonly hidden: boolean;
      readonly container: Container | null;
    }
  | { readonly kind: 'container'; readonly container: Container }
  /** What is indented further is secret. `whole`: each of its lines (`password: |`), not only the values in it. */
  | { readonly kind: 'block'; readonly place: SecretPlace; readonly whole: boolean }
  /** Below the head of a table that has a column of secrets. */
  | { readonly kind: 'table'; readonly table: SecretTable }
  /** The `value:` of the variable that was named is secret. */
  | { readonly kind: 'property'; readonly place: SecretPlace; readonly lines: number };

/** A line on its way through the scanner. */
export interface LineScan {
  readonly line: string;
  readonly frame: LineFrame;
  readonly ranges: TextRange[];
  carry: Carry | null;
  /** So far the line was read as a container: what names in it hold is looked at, containers in it were. */
  contained: number;
}

/** Reads on in a container; what it leaves open is for the next line. Returns where names are looked for in it. */
export function followContainer(scan: LineScan, from: number, container: Container): number {
  const { at, ranges, open } = readContainer(scan.line, from, scan.frame.end, container);
  scan.contained = Math.max(at, from + 1);
  scan.ranges.push(...ranges);
  if (open !== null && !scan.line.slice(0, scan.frame.end).endsWith('…')) {
    scan.carry = { kind: 'string', ...open, container };
  } else if (container.levels.length > 0) scan.carry = { kind: 'container', container };
  return from + 1;
}
