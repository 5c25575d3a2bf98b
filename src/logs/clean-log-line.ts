/** The longest shown line in UTF-16 code units, including the note about its cut. */
export const SHOWN_LINE_LENGTH = 2000;

// ECMA-48, as ESC and as single C1 characters. Strings (OSC, DCS, SOS, PM, APC) end at BEL or ST, otherwise at the next
// escape or the end of the line. `util.stripVTControlCharacters` leaves the rest of an unterminated or unusual OSC, all
// other strings, and every lone ESC.
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
// The flags of England, Scotland and Wales consist of tags, which are invisible everywhere else.
const FLAG = '\\u{1f3f4}\\u{e0067}\\u{e0062}[\\u{e0061}-\\u{e007a}]{3}\\u{e007f}';
const REMOVED = new RegExp(`(${FLAG})|[${CONTROLS}${INVISIBLE}\\u{e0000}-\\u{e007f}]`, 'gu');
/** Zero-width joiners and non-joiners may stand between these: letters of scripts that need them, and emoji. */
const JOINED = '(?!\\p{ASCII})[\\p{L}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}]';
const LOOSE_JOINER = new RegExp(`(?<!${JOINED})[\\u200c\\u200d]|[\\u200c\\u200d](?!${JOINED})`, 'gu');
const NEEDS_CLEANING = new RegExp(`[${CONTROLS}${INVISIBLE}\\u200c\\u200d\\ud800-\\udfff]`);

/**
 * Reduces a raw line to the text that a person sees: no escape sequences, no control, direction or invisible characters
 * (tabs stay, and joiners if a script or an emoji needs them), and only the last state of a progress line. Linear.
 * Doesn't cut the line (see `capLogLine`), because the redactor scans all of it.
 */
export function cleanLogLine(raw: string): string {
  if (!NEEDS_CLEANING.test(raw)) return raw.trimEnd();
  // Well-formed first, so that removing characters can't join two halves of one.
  const plain = raw.toWellFormed().replace(CONTROL_SEQUENCE, '');
  return takeLastOverprint(plain).replace(REMOVED, '$1').replace(LOOSE_JOINER, '').trimEnd();
}

/** The same for one line of a title, a name or a table: line breaks and tabs become spaces. */
export function cleanInlineText(text: string): string {
  return cleanLogLine(text.replace(/[\r\n\t\u2028\u2029]+/g, ' ')).trim();
}

/** Cuts a line to `limit` code units and notes how many characters are missing. `omitted` characters were cut before. */
export function capLogLine(line: string, limit = SHOWN_LINE_LENGTH, omitted = 0): string {
  if (omitted === 0 && line.length <= limit) return line;
  const room = limit - describeCut(line.length + omitted).length;
  const kept = sliceWhole(line, Math.max(0, room));
  return kept + describeCut(line.length - kept.length + omitted);
}

/** The first `length` code units, or one less if that would split a surrogate pair. */
export function sliceWhole(text: string, length: number): string {
  if (length >= text.length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** A copy of a string. Without it, a part of a string keeps the whole string (a page of the log) in memory. */
export function copyString(text: string): string {
  return Buffer.from(text).toString();
}

function describeCut(characters: number): string {
  return ` … (+${characters} characters)`;
}

function takeLastOverprint(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\r') end--;
  return text.slice(text.lastIndexOf('\r', end - 1) + 1, end);
}
