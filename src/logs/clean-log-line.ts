/** Longest line that is shown, in UTF-16 code units, the note about its cut included. */
export const SHOWN_LINE_LENGTH = 2000;

// ECMA-48, both as ESC and as single C1 characters. Strings (OSC, DCS, SOS, PM, APC) end at BEL, ST, or, when
// nothing ends them, at the next escape or the end of the line. `util.stripVTControlCharacters` is not enough here: it
// leaves the rest of an unterminated or unusual OSC, all other strings, and every lone ESC.
const CONTROL_SEQUENCE = new RegExp(
  [
    '(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\x9c\\r]*(?:\\x07|\\x1b\\\\|\\x9c)?',
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]?',
    '\\x1b[ -/]*[0-~]?',
  ].join('|'),
  'g',
);

const CONTROLS = '\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f';
// Soft hyphen, direction marks and overrides, zero-width and other invisible characters, line and paragraph separators.
const INVISIBLE =
  '\\xad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb';
// The flags of England, Scotland and Wales are written in tags, which are invisible everywhere else.
const FLAG = '\\u{1f3f4}\\u{e0067}\\u{e0062}[\\u{e0061}-\\u{e007a}]{3}\\u{e007f}';
const REMOVED = new RegExp(`(${FLAG})|[${CONTROLS}${INVISIBLE}\\u{e0000}-\\u{e007f}]`, 'gu');
/** What zero-width joiners and non-joiners may stand between: letters of scripts that need them, and emoji. */
const JOINED = '(?!\\p{ASCII})[\\p{L}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}]';
const LOOSE_JOINER = new RegExp(`(?<!${JOINED})[\\u200c\\u200d]|[\\u200c\\u200d](?!${JOINED})`, 'gu');
const NEEDS_CLEANING = new RegExp(`[${CONTROLS}${INVISIBLE}\\u200c\\u200d\\ud800-\\udfff]`);

/**
 * One raw line of a log as the text that a person would see of it: no escape sequences, no control, direction or
 * invisible characters (tabs stay, and joiners where a script or an emoji needs them), of a progress line only its last
 * state. Linear; doesn't cut, since secrets must be looked for in the whole line: see `capLogLine`.
 */
export function cleanLogLine(raw: string): string {
  if (!NEEDS_CLEANING.test(raw)) return raw.trimEnd();
  // Well-formed first: what is removed must not join two halves of a character.
  const plain = raw.toWellFormed().replace(CONTROL_SEQUENCE, '');
  return takeLastOverprint(plain).replace(REMOVED, '$1').replace(LOOSE_JOINER, '').trimEnd();
}

/** Text from outside for one line of a title, a name or a table: line breaks and tabs become blanks. */
export function cleanInlineText(text: string): string {
  return cleanLogLine(text.replace(/[\r\n\t\u2028\u2029]+/g, ' ')).trim();
}

/** Cuts a line to `limit` code units and says by how many; `omitted`: characters that were cut off before. */
export function capLogLine(line: string, limit = SHOWN_LINE_LENGTH, omitted = 0): string {
  if (omitted === 0 && line.length <= limit) return line;
  const room = limit - describeCut(line.length + omitted).length;
  const kept = sliceWhole(line, Math.max(0, room));
  return kept + describeCut(line.length - kept.length + omitted);
}

/** The first `length` code units, less one where that would split a surrogate pair. */
export function sliceWhole(text: string, length: number): string {
  if (length >= text.length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function describeCut(characters: number): string {
  return ` … (+${characters} characters)`;
}

function takeLastOverprint(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\r') end--;
  return text.slice(text.lastIndexOf('\r', end - 1) + 1, end);
}
