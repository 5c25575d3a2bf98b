/** The message in a line, without time stamp, level, logger, borders and Meltano's fields. */
export interface LineFrame {
  readonly start: number;
  readonly end: number;
  /** The indentation of the message. */
  readonly indent: number;
}

const TIME =
  '\\[?(?:\\d{4}-\\d{2}-\\d{2}[T ])?\\d{2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?(?:Z|[+-]\\d{2}:?\\d{2})?\\]?';
const LEVEL = '(?:critical|fatal|error|exception|warn(?:ing)?|info|debug|trace)';
/** One piece of the prefix: a time, a level, a logger, or a separator. */
const PIECE = new RegExp(
  `[ \\t]{0,4}(?:${TIME}|\\[${LEVEL} {0,8}\\]|[-|] ?|${LEVEL}(?::[\\w.]{0,80})?(?= *[-|:]|  )[:]?|[\\w.-]{1,80}(?= +[|] ))(?: |$)`,
  'iy',
);
const MOST_PIECES = 12;
/** Up to the message in a line of JSON. */
const EVENT = /^\s*\{(?:.{0,2000}?[,{]\s*)?"(?:event|message|msg|log|text)"\s*:\s*"/;
const FIELDS =
  /(?<!\s)\s+(?:cmd_type|consumer|exit_codes?|job_name|job_run_id|producer|run_id|state_id|stdio|string_id|full_refresh)=\S|(?<!\s)\s+name=[^\s"'<>]+(?:\s|$)/;
const CALLER = /(?<!\s)\s+[([][\w./-]{1,80}(?:\.py)?(?::\d{1,6})?[)\]]$/;
const BORDER = /[│┃║╭╮╰╯❱|]/;

export function frameLine(line: string): LineFrame {
  const event = line.includes('{') ? EVENT.exec(line) : null;
  let start = event === null ? skipPieces(line) : event[0].length;
  let end = event === null ? findWordsEnd(line, start) : findStringEnd(line, start);
  const origin = start;
  const hasBorder = BORDER.test(
    line
      .slice(start, start + 200)
      .trimStart()
      .charAt(0),
  );
  while (start < end && isSpace(line, start, hasBorder)) start++;
  while (end > start && isSpace(line, end - 1, hasBorder)) end--;
  return { start, end, indent: start - origin };
}

function skipPieces(line: string): number {
  let at = 0;
  for (let pieces = 0; pieces < MOST_PIECES; pieces++) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(line);
    // At the start of the message, or indented, `- ` is an item of a list and no separator.
    const isItem = pieces === 0 || /\] $/.test(line.slice(0, at)) || /^[ \t]+-/.test(piece?.[0] ?? '');
    if (piece === null || (isItem && /^\s*[-|]/.test(piece[0]))) break;
    at = PIECE.lastIndex;
  }
  return at;
}

function findWordsEnd(line: string, from: number): number {
  const rest = line.slice(from);
  const fields = FIELDS.exec(rest);
  const end = fields === null ? line.length : from + fields.index;
  const caller = end - from > 200 ? null : CALLER.exec(line.slice(from, end));
  return caller === null ? end : from + caller.index;
}

function findStringEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
  return Math.min(at, line.length);
}

function isSpace(line: string, at: number, hasBorder: boolean): boolean {
  const character = line[at] ?? '';
  return character === ' ' || character === '\t' || (hasBorder && BORDER.test(character));
}
