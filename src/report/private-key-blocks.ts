import type { TextRange } from './text-ranges.ts';

const BEGIN = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const END = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
/** A line of a key, perhaps after a log's prefix: base64 at its end, nothing but a little base64, or a header. */
const KEY_LINE =
  /(?<=[A-Za-z0-9+/=\\]{16})["',]{0,3}$|^\s{0,80}[A-Za-z0-9+/=\\"',]{0,80}\s{0,80}$|(?:Proc-Type|DEK-Info|Comment|Version): /;
/** A 16,384 bit RSA key has some 200 lines. */
const LONGEST_BLOCK = 400;
/** So many lines in a row that can't be a key end a block whose end never comes. */
const MOST_STRANGE_LINES = 3;

/** Finds private keys, also those that begin in one call and end in a later one. */
export interface PrivateKeyScanner {
  /** `text` is whole lines joined by newlines. */
  scan(text: string): { readonly ranges: TextRange[]; readonly continued: boolean };
}

export function createPrivateKeyScanner(): PrivateKeyScanner {
  let inside = false;
  let length = 0;
  let strange = 0;

  function endsWith(line: string): boolean {
    length++;
    strange = KEY_LINE.test(line) ? 0 : strange + 1;
    return length >= LONGEST_BLOCK || strange >= MOST_STRANGE_LINES;
  }

  /** The end of the block that runs through `text` from `from` on. */
  function followBlock(text: string, from: number): number {
    let position = from;
    while (position < text.length) {
      const newline = text.indexOf('\n', position);
      const lineEnd = newline === -1 ? text.length : newline;
      const line = text.slice(position, lineEnd);
      END.lastIndex = 0;
      const end = END.exec(line);
      if (end !== null) inside = false;
      if (end !== null) return position + end.index + end[0].length;
      if (endsWith(line)) inside = false;
      if (!inside) return lineEnd;
      position = lineEnd + 1;
    }
    return text.length;
  }

  return {
    scan(text) {
      const ranges: TextRange[] = [];
      const continued = inside;
      let position = 0;
      while (inside || text.includes('PRIVATE KEY', position)) {
        let start = position;
        if (!inside) {
          BEGIN.lastIndex = position;
          const begin = BEGIN.exec(text);
          if (begin === null) break;
          start = begin.index;
          position = start + begin[0].length;
          inside = true;
          length = 0;
          strange = 0;
        }
        position = followBlock(text, position);
        ranges.push({ start, end: position });
        if (inside) break;
      }
      return { ranges, continued: continued && ranges.length > 0 };
    },
  };
}
