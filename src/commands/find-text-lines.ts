import MarkdownIt from 'markdown-it';
import { type HidingState, markOpenLines, NOTHING_HIDES } from './mark-open-lines.ts';

/** As CommonMark ends lines. */
export const LINE_END = /\r\n|\n|\r/;

/** Lists and quotes that may stand within one another, each with a level or two of its own. */
const MAX_DEPTH = 50;

/**
 * Only blocks: inline Markdown can't change where a block begins or ends. markdown-it takes the definition of a link
 * (`[name]: address`) for a block, CommonMark for the beginning of a paragraph, which a quote's lazy next line continues.
 * So where there may be one, a line is text only if it is text either way.
 */
const BLOCKS = new MarkdownIt('commonmark', { maxNesting: 3 * MAX_DEPTH }).disable('inline');
const BLOCKS_WITHOUT_DEFINITIONS = new MarkdownIt('commonmark', { maxNesting: 3 * MAX_DEPTH }).disable([
  'inline',
  'reference',
]);

/**
 * The `wanted` lines (numbers from 0) that GitHub shows as the writer's own text: not in a quote, a code block, a code
 * span or an HTML comment. Takes time in proportion to the text.
 */
export function findTextLines(body: string, wanted: ReadonlySet<number>): ReadonlySet<number> {
  const lines = body.split(LINE_END);
  const text = lines.map(limitDepth).join('\n');
  const found = selectTextLines(lines, findTextBlocks(BLOCKS_WITHOUT_DEFINITIONS, text), wanted);
  return text.includes(']:') ? selectTextLines(lines, findTextBlocks(BLOCKS, text), found) : found;
}

/** The beginning of a line that opens many quotes and lists. Nobody writes such a line, so its rest is left out. */
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
 * A heading counts because `--` under a line, as e-mail signatures begin, makes the line a heading; a ruler because Outlook
 * draws one above the mail that is answered.
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
    // Other text matters only where it may end what HTML left open.
    if (!isHtml && state === NOTHING_HIDES && !own.some((_, at) => wanted.has(first + at))) continue;
    const marked = markOpenLines({ lines: own, isHtml, state });
    for (const line of marked.open) if (wanted.has(first + line)) found.add(first + line);
    state = marked.state;
  }
  return found;
}
