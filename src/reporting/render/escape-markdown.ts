import { cleanInlineText, sliceWhole } from '../../logs/clean-log-line.ts';

const LONGEST_TEXT = 300;
/** Cleans at most this many times the shown length: removed parts (escape sequences) are mostly short. */
const CLEANED = 8;

/**
 * Outside text as a code span, in which GitHub renders no links, HTML, mentions, references or emphasis. (Backslashes and
 * entities wouldn't stop mentions and references.) Empty text gives an empty string.
 */
export function formatCode(text: string, longest = LONGEST_TEXT): string {
  const begin = sliceWhole(text.trimStart(), longest * CLEANED);
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

/** A link whose text is our own Markdown; without a usable http(s) address, only the text. */
export function linkWords(words: string, address: string | null): string {
  const target = address === null ? null : encodeAddress(address);
  return target === null ? words : `[${words}](${target})`;
}

/** A row of a Markdown table. The cells are Markdown; pipes in them are escaped. */
export function formatTableRow(cells: readonly string[]): string {
  return `| ${cells.map(escapePipes).join(' | ')} |`;
}

// Inside code, `\|` is still a pipe, but renderers disagree about backslashes before it.
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
 * `content` as a Markdown code block, with a fence longer than every run of backticks inside. Ends with the fence, without a
 * newline.
 */
export function fence(content: string): string {
  const ticks = '`'.repeat(fenceLength(content));
  return `${ticks}\n${content}\n${ticks}`;
}

/** The bytes that `fence` adds to `content`, and at most to any part of it. */
export function fenceOverhead(content: string): number {
  return 2 * fenceLength(content) + 2;
}

function longestBacktickRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function fenceLength(content: string): number {
  return Math.max(3, longestBacktickRun(content) + 1);
}
