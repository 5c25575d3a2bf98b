import { frameLine } from './line-frame.ts';
import type { TextRange } from './text-ranges.ts';

/** PEM, in which a space may be URL-encoded, and PuTTY's format. */
const BEGIN =
  /-{4,5} ?BEGIN(?: |%20|\+)[A-Z0-9 %+]{0,60}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)? ?-{4,5}|Private-Lines: {0,4}\d{1,4}/g;
const END =
  /-{4,5} ?END(?: |%20|\+)[A-Z0-9 %+]{0,60}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)? ?-{4,5}|Private-MAC: {0,4}[0-9a-f]{1,128}/g;
/** Each line with a `BEGIN` contains this. */
const HINT = /PRIVATE|Private-Lines/g;
/** An RSA key of 16,384 bits has about 200 lines. Other lines of the job may come between them. */
const LONGEST_BLOCK = 400;
/** The message of a line of a key: base64, perhaps escaped or in quotes, or a header. */
const KEY_LINE =
  /^(?:[bBrR]?[\\"'[(]{0,8}[A-Za-z0-9+/=]{1,20000}(?:\\+[rn]|[\\"',)\]]){0,8}|(?:Proc-Type|DEK-Info|Comment|Version|Hash): .{0,200})$/;
/** A line of a key, or its shorter last one, among other words; not a `NameOfAClass`. */
const KEY_RUN =
  /[A-Za-z0-9+/]{40,}={0,2}|(?<![\w+/=])(?![a-z]{0,40}(?:[A-Z]{1,8}[a-z]{2,40}){0,8}(?![\w+/=]))(?=[a-z0-9+/]{0,63}[A-Z])(?=[A-Z0-9+/]{0,63}[a-z])[A-Za-z0-9+/]{12,64}={0,2}(?![\w+/=-])/g;

/** Finds private keys, even across calls. */
export interface PrivateKeyScanner {
  /** `text` consists of whole lines. `repeated` is the number of ranges that belong to an already counted key. */
  scan(text: string): { readonly ranges: TextRange[]; readonly repeated: number };
}

export function createPrivateKeyScanner(): PrivateKeyScanner {
  /** How many more lines the key may have; 0 outside a key. */
  let left = 0;

  /** The keys and parts of keys in a line. */
  function readLine(line: string): TextRange[] {
    if (left > 0) {
      const end = find(END, line, 0);
      if (end === null) {
        left--;
        return findKeyParts(line);
      }
      left = 0;
      return [{ start: 0, end: end.end }, ...readKeys(line, end.end)];
    }
    return readKeys(line, 0);
  }

  function readKeys(line: string, from: number): TextRange[] {
    const keys: TextRange[] = [];
    for (let begin = find(BEGIN, line, from); begin !== null; ) {
      const end = find(END, line, begin.end);
      keys.push({ start: begin.start, end: end?.end ?? line.length });
      if (end === null) {
        left = LONGEST_BLOCK;
        break;
      }
      begin = find(BEGIN, line, end.end);
    }
    return keys;
  }

  /** The start of the next line that may contain a part of a key. */
  function findLine(text: string, from: number): number | null {
    if (left > 0) return from;
    const next = find(HINT, text, from);
    return next === null ? null : Math.max(from, text.lastIndexOf('\n', next.start) + 1);
  }

  return {
    scan(text) {
      const ranges: KeyRange[] = [];
      for (let at = findLine(text, 0); at !== null && at <= text.length; ) {
        const isContinued = left > 0;
        const newline = text.indexOf('\n', at);
        const lineEnd = newline === -1 ? text.length : newline;
        for (const [index, { start, end }] of readLine(text.slice(at, lineEnd)).entries()) {
          const isRepeated = isContinued && (index === 0 || left > 0);
          addRange(ranges, { start: at + start, end: at + end, isRepeated });
        }
        at = findLine(text, lineEnd + 1);
      }
      return { ranges, repeated: ranges.filter((range) => range.isRepeated).length };
    },
  };
}

interface KeyRange extends TextRange {
  end: number;
  /** It belongs to a key that was counted before. */
  readonly isRepeated: boolean;
}

/** Adjacent lines of a key become one range. */
function addRange(ranges: KeyRange[], range: KeyRange): void {
  const last = ranges.at(-1);
  if (range.isRepeated && last !== undefined && last.end + 1 === range.start) last.end = range.end;
  else ranges.push(range);
}

function find(pattern: RegExp, line: string, from: number): TextRange | null {
  pattern.lastIndex = from;
  const match = pattern.exec(line);
  return match === null ? null : { start: match.index, end: match.index + match[0].length };
}

/** Inside a key: the whole line if it contains nothing else, otherwise its runs of base64. */
function findKeyParts(line: string): TextRange[] {
  const { start, end } = frameLine(line);
  if (KEY_LINE.test(line.slice(start, end))) return [{ start: 0, end: line.length }];
  return Array.from(line.matchAll(KEY_RUN), (run) => ({
    start: run.index,
    end: run.index + run[0].length,
  }));
}
