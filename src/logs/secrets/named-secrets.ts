import type { TextRange } from '../text-ranges.ts';
import type { Carry } from './line-scan.ts';
import { scanLine } from './scan-line.ts';
import { NAME_STEM } from './secret-names.ts';

/** Lines that a value may go over. */
const MOST_LINES = 400;

/** Finds the values of telling names in a text of whole lines, also where a value stands in a later line, or a later call. */
export interface NamedSecretScanner {
  scan(text: string): TextRange[];
}

export function createNamedSecretScanner(): NamedSecretScanner {
  let carry: Carry | null = null;
  let lines = 0;

  /** Reads one line; the state says what it has to do with the ones before. */
  function read(line: string, offset: number, ranges: TextRange[]): void {
    const before: Carry | null = lines < MOST_LINES ? carry : null;
    const scanned = scanLine(line, before);
    for (const { start, end } of scanned.ranges) ranges.push({ start: offset + start, end: offset + end });
    lines = scanned.carry?.kind === before?.kind ? lines + 1 : 0;
    carry = scanned.carry;
  }

  return {
    scan(text) {
      const ranges: TextRange[] = [];
      for (let at = 0; at <= text.length; ) {
        if (carry === null) {
          NAME_STEM.lastIndex = at;
          const hit = NAME_STEM.exec(text);
          if (hit === null) break;
          at = Math.max(at, text.lastIndexOf('\n', hit.index) + 1);
        }
        const newline = text.indexOf('\n', at);
        const end = newline === -1 ? text.length : newline;
        read(text.slice(at, end), at, ranges);
        at = end + 1;
      }
      return ranges;
    },
  };
}
