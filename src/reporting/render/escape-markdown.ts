import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';

const LONGEST_TEXT = 300;
/** So many times the length that is shown are looked at: what is removed (escape sequences) is mostly short. */
const LOOKED_AT = 8;

/**
 * Text from outside as a code span. Nothing in it comes alive there: no link, HTML, mention, issue reference, commit
 * reference or emphasis (GitHub's own passes leave code alone, while a backslash or an entity doesn't stop
 * them). Empty text gives an empty string.
 */
export function formatCode(text: string, longest = LONGEST_TEXT): string {
  const begin = sliceWhole(text.trimStart(), longest * LOOKED_AT);
  const clean = cleanInlineText(begin);
  if (clean === '') return '';
  const isWhole = clean.length <= longest && begin.length >= text.trim().length;
  const cut = isWhole ? clean : `${sliceWhole(clean, longest - 1)}…`;
  const ticks = '`'.repeat(longestBacktickRun(cut) + 1);
  const pad = cut.startsWith('`') || cut.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${cut}${pad}${ticks}`;
}

/** A link whose text is a code span; without a usable http(s) address, only the text. */
export function formatLink(text: string, address: string | null): string {
  const label = formatCode(text);
  const target = address === null ? null : encodeAddress(address);
  return label === '' || target === null ? label : `[${label}](${target})`;
}

/** A link whose text is Markdown of our own making; without a usable http(s) address, only the text. */
export function linkWords(words: string, address: string | null): string {
  const target = address === null ? null : encodeAddress(address);
  return target === null ? words : `[${words}](${target})`;
}

/** A row of a Markdown table: finished Markdown in, pipes made harmless. */
export function formatTableRow(cells: readonly string[]): string {
  return `| ${cells.map(escapePipes).join(' | ')} |`;
}

// Inside code a table still reads `\|` as a pipe, but renderers disagree about backslashes before it.
function escapePipes(cell: string): string {
  return cell.replace(/\\*\|/g, (pipe) => (pipe.length === 1 ? '\\|' : '¦'));
}

function encodeAddress(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    return null;
  return url.href.replace(/[()<>|\\[\]`]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * `content` as a Markdown code block that nothing in it can end: the fence is longer than every run of backticks
 * inside. Ends with the closing fence, without a newline.
 */
export function fence(content: string): string {
  const ticks = '`'.repeat(fenceLength(content));
  return `${ticks}\n${content}\n${ticks}`;
}

/** Bytes that `fence` adds to `content`, or to any part of it at most. */
export function fenceOverhead(content: string): number {
  return 2 * fenceLength(content) + 2;
}

/** Length of the longest run of backticks. */
function longestBacktickRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function fenceLength(content: string): number {
  return Math.max(3, longestBacktickRun(content) + 1);
}
