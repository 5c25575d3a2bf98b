import MarkdownIt from 'markdown-it';
import { type HidingState, markOpenLines, NOTHING_HIDES } from './mark-open-lines.ts';

/** CommonMark's line endings. */
export const LINE_END = /\r\n|\n|\r/;

/** How deeply lists and quotes may be nested. Each has one or two levels. */
const MAX_DEPTH = 50;

/**
 * Parses only blocks, because inline Markdown doesn't affect them. markdown-it treats a link definition (`[name]: address`)
 * as a block; CommonMark treats it as the start of a paragraph, which the next line of a quote may continue lazily. If there
 * may be one, a line counts as text only if it is text in both readings.
 */
const BLOCKS = new MarkdownIt('commonmark', { maxNesting: 3 * MAX_DEPTH }).disable('inline');
const BLOCKS_WITHOUT_DEFINITIONS = new MarkdownIt('commonmark', { maxNesting: 3 * MAX_DEPTH }).disable([
  'inline',
  'reference',
]);

/**
 * The `wanted` lines (numbers from 0) that GitHub shows as the author's own text: not in a quote, a code block, a code span
 * or an HTML comment. Takes linear time.
 */
export function findTextLines(body: string, wanted: ReadonlySet<number>): ReadonlySet<number> {
  const lines = body.split(LINE_END);
  const text = lines.map(limitDepth).join('\n');
  const found = selectTextLines(lines, findTextBlocks(BLOCKS_WITHOUT_DEFINITIONS, text), wanted);
  return text.includes(']:') ? selectTextLines(lines, findTextBlocks(BLOCKS, text), found) : found;
}

/** The start of a line that opens many quotes and lists. Nobody writes such a line, so its rest is ignored. */
const DEEP_LINE = new RegExp(`^(?:[ \\t]*(?:>|(?:[-+*]|\\d{1,9}[.)])[ \\t])){${MAX_DEPTH}}`);

function limitDepth(line: string): string {
  const deep = DEEP_LINE.exec(line);
  return deep ? `${deep[0]} x` : line;
}

/** A block of text: its first line, and the line after its last one. */
interface TextBlock {
  readonly first: number;
  readonly end: number;
  readonly isHtml: boolean;
}

/**
 * Headings are included because `--` below a line, the start of an e-mail signature, makes the line a heading. Rulers are
 * included because Outlook puts one above the quoted mail.
 */
const TEXT_TOKENS: ReadonlySet<string> = new Set(['paragraph_open', 'heading_open', 'html_block', 'hr']);

function findTextBlocks(parser: typeof BLOCKS, text: string): readonly TextBlock[] {
  const blocks: TextBlock[] = [];
  let quotes = 0;
  for (const { type, map } of parser.parse(text, {})) {
    if (type === 'blockquote_open') quotes += 1;
    else if (type === 'blockquote_close') quotes -= 1;
    else if (quotes === 0 && map !== null && TEXT_TOKENS.has(type)) {
      blocks.push({
        first: map[0],
        end: map[1],
        isHtml: type === 'html_block',
      });
    }
  }
  return blocks;
}

function selectTextLines(
  lines: readonly string[],
  blocks: readonly TextBlock[],
  wanted: ReadonlySet<number>,
): ReadonlySet<number> {
  const found = new Set<number>();
  let state: HidingState = NOTHING_HIDES;
  for (const { first, end, isHtml } of blocks) {
    const own = lines.slice(first, end);
    // Other text matters only if it may close HTML that an earlier block left open.
    if (!isHtml && state === NOTHING_HIDES && !own.some((_, at) => wanted.has(first + at))) continue;
    const marked = markOpenLines({ lines: own, isHtml, state });
    for (const line of marked.open) if (wanted.has(first + line)) found.add(first + line);
    state = marked.state;
  }
  return found;
}
