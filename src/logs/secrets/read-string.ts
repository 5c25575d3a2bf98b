/** A quote, and the backslashes before it (JSON in JSON). */
export interface Delimiter {
  readonly quote: string;
  readonly slashes: number;
}

export interface StringStart extends Delimiter {
  /** The start of the text. */
  readonly at: number;
}

const START = /(?:[bBrRuUfFNE]{1,2}|@|\$)?(\\*)("""|'''|["'`]|%2[27]|&quot;|&#(?:34|39|x22|x27);)/y;
const UNICODE_QUOTE = /(\\+)(u002[27])/y;

export function readStringStart(line: string, at: number): StringStart | null {
  for (const pattern of [START, UNICODE_QUOTE]) {
    pattern.lastIndex = at;
    const start = pattern.exec(line);
    if (start === null) continue;
    return { quote: start[2] ?? '', slashes: (start[1] ?? '').length, at: at + start[0].length };
  }
  return null;
}

/** The end of the text and of its closing quote; null if the string isn't closed in this line. */
export function findStringEnd(
  line: string,
  from: number,
  { quote, slashes }: Delimiter,
): { readonly at: number; readonly after: number } | null {
  for (let at = line.indexOf(quote, from); at !== -1; at = line.indexOf(quote, at + 1)) {
    const before = countSlashes(line, from, at);
    const isClosed = slashes === 0 ? before % 2 === 0 : before <= slashes;
    if (!isClosed) continue;
    const after = at + quote.length;
    const doubled = slashes === 0 && quote.length === 1 && at > from ? countDoubled(line, after, quote) : 0;
    if (doubled === 0) return { at: slashes === 0 ? at : at - before, after };
    at = after + doubled - 1;
  }
  return null;
}

function countSlashes(line: string, from: number, at: number): number {
  let slashes = 0;
  while (at - slashes > from && line[at - slashes - 1] === '\\') slashes++;
  return slashes;
}

/** Escaped quotes: `'it''s'` in SQL, `'it'\''s'` in a shell. */
function countDoubled(line: string, after: number, quote: string): number {
  if (line.startsWith(quote, after)) return 1;
  return line.startsWith(`\\${quote}${quote}`, after) ? 3 : 0;
}
