import { foldCharacters } from '../domain/fold-name.ts';

export type SplitWords =
  | { readonly words: readonly string[] }
  /** The rest from the quote that is never closed. */
  | { readonly unbalanced: string };

/**
 * The closing quotes of each opening quote. Phones type curly quotes, sometimes at one end only. Backticks quote too,
 * because people write names as code.
 */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”“"',
  '”': '”"',
  '„': '“”"',
  '‘': "’'",
  '＂': '＂"',
  '＇': "＇'",
};

/** The source of a pattern for an HTML comment, which may continue in the next line. */
export const HTML_COMMENT = '<!--(?:-?>|.*?(?:-->|$))';
const COMMENT_HERE = new RegExp(HTML_COMMENT, 'sy');

/** Within a word, as in `Ana's data`. */
const APOSTROPHE = /^[\p{L}\p{N}]['’＇]\p{L}/u;

/** A long dash before a letter, which a phone made of two hyphens. In quotes it stays. */
const LONG_DASH = /^[—–](?=\p{L})/u;

/**
 * Splits a line into words like a shell, without expansions. Libraries for this don't support curly quotes and long dashes,
 * and interpret `$`, `*`, `#` or `;`. Outside quotes, ignores HTML comments and invisible characters, and treats full-width
 * characters as ASCII. With `areNames`, an apostrophe within a word opens no quote.
 */
export function splitWords(line: string, { areNames = false } = {}): SplitWords {
  const words: string[] = [];
  let word: string | null = null;
  let isBare = true;
  let at = 0;
  // One step beyond the end, to end the last word.
  while (at <= line.length) {
    if (at === line.length || /\s/.test(line[at] ?? '')) {
      if (word !== null) words.push(isBare ? word.replace(LONG_DASH, '--') : word);
      word = null;
      at += 1;
      continue;
    }
    const piece = readPiece(line, at, areNames);
    if (!piece) return { unbalanced: line.slice(at) };
    if (word === null) isBare = !piece.isQuoted;
    if (piece.text !== '' || piece.isQuoted) word = (word ?? '') + piece.text;
    at = piece.end;
  }
  return { words };
}

/** The first word or quoted text of a line, and what follows it. A quote that is never closed is a word like any other. */
export function splitFirst(line: string): { readonly first: string; readonly rest: string } {
  const text = line.trimStart();
  const piece = readPiece(text, 0, true);
  const isWhole = piece?.isQuoted && (piece.end === text.length || /\s/.test(text[piece.end] ?? ''));
  if (piece && isWhole) return { first: piece.text, rest: text.slice(piece.end).trim() };
  const [word = ''] = /^\S*/.exec(text) ?? [];
  return { first: word, rest: text.slice(word.length).trim() };
}

interface Piece {
  readonly text: string;
  /** The position after it. */
  readonly end: number;
  readonly isQuoted: boolean;
}

/** Reads a quoted text, an escaped character or a plain one at `at`; null for a quote without an end. */
function readPiece(line: string, at: number, areNames: boolean): Piece | null {
  const character = String.fromCodePoint(line.codePointAt(at) ?? 0);
  if (areNames && APOSTROPHE.test(line.slice(at - 1, at + 2)))
    return { text: character, end: at + character.length, isQuoted: false };
  if (character === '<') {
    COMMENT_HERE.lastIndex = at;
    if (COMMENT_HERE.test(line)) return { text: '', end: COMMENT_HERE.lastIndex, isQuoted: false };
  }
  const closers = QUOTES[character];
  if (closers) return readQuoted(line, at + 1, { closers, escapes: !"'‘`".includes(character) });
  // A backslash at the end of a line is Markdown's line break.
  if (character === '\\')
    return { text: line[at + 1] ?? '', end: Math.min(at + 2, line.length), isQuoted: false };
  return { text: foldCharacters(character), end: at + character.length, isQuoted: false };
}

interface Quote {
  readonly closers: string;
  /** True if a backslash escapes a quote or a backslash. */
  readonly escapes: boolean;
}

function readQuoted(line: string, from: number, quote: Quote): Piece | null {
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    const character = line[at] ?? '';
    const next = line[at + 1] ?? '';
    if (quote.closers.includes(character)) return { text, end: at + 1, isQuoted: true };
    if (
      quote.escapes &&
      character === '\\' &&
      (next === '\\' || (next !== '' && quote.closers.includes(next)))
    ) {
      text += next;
      at += 1;
    } else text += character;
  }
  return null;
}
