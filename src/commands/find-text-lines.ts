import { type Node, type NodeWalkingStep, Parser } from 'commonmark';
import { type HidingState, markOpenLines, NOTHING_HIDES } from './mark-open-lines.ts';

/** As CommonMark ends lines. */
export const LINE_END = /\r\n|\n|\r/;

/**
 * Those of the `wanted` lines (numbers from 0) that GitHub shows as text of the writer's own: not in a quote, a code
 * block, a code span or an HTML comment.
 *
 * The blocks come from CommonMark's reference parser, whose block pass is linear but for the two cases that are kept
 * from it below. What hides text within a block is looked for by a scan of our own: inline parsing can take seconds
 * for 64 kB of brackets.
 */
export function findTextLines(body: string, wanted: ReadonlySet<number>): ReadonlySet<number> {
  const lines = dropRepeatedBlanks(body.split(LINE_END));
  const found = new Set<number>();
  let state: HidingState = NOTHING_HIDES;
  for (const block of findTextBlocks(lines)) {
    const [[first], [last]] = block.sourcepos;
    const own = lines.slice(first - 1, last);
    const isHtml = block.type === 'html_block';
    // Other text matters only where it may end what HTML left open.
    if (!isHtml && state === NOTHING_HIDES && !own.some(({ number }) => wanted.has(number))) continue;
    const marked = markOpenLines({ lines: own.map(({ text }) => text), isHtml, state });
    for (const line of marked.open) {
      const number = own[line]?.number;
      if (number !== undefined && wanted.has(number)) found.add(number);
    }
    state = marked.state;
  }
  return found;
}

interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * Without the empty lines (in quotes too) that follow another one. They change nothing, and each would cost the block
 * parser a step for every list that is open: 16,000 lists in one line and as many empty lines took it a minute.
 */
function dropRepeatedBlanks(texts: readonly string[]): readonly Line[] {
  let before: string | null = null;
  return texts.flatMap((text, number) => {
    const quotes = /^[> \t]*$/.test(text) ? text.replace(/[ \t]+/g, '') : null;
    const isRepeated = quotes !== null && quotes === before;
    before = quotes;
    return isRepeated ? [] : [{ text, number }];
  });
}

/**
 * The beginning of a line that opens 50 quotes and lists. Nobody writes such a line, and the block parser looks through
 * the rest of it once for each; it is given no more than this.
 */
const DEEP_LINE = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){50}/;

function limitDepth(text: string): string {
  const deep = DEEP_LINE.exec(text);
  return deep ? `${deep[0]} x` : text;
}

function findTextBlocks(lines: readonly Line[]): readonly Node[] {
  // Without its inline pass. Should a later version name that pass otherwise, it is only slower.
  const parser = Object.assign(new Parser(), { processInlines: () => undefined });
  const walker = parser.parse(lines.map(({ text }) => limitDepth(text)).join('\n')).walker();
  const blocks: Node[] = [];
  let step: NodeWalkingStep | null = walker.next();
  while (step) {
    const { node, entering } = step;
    // A quote's blocks are passed over: the walk goes on at its end.
    if (entering && node.type === 'block_quote') walker.resumeAt(node, false);
    else if (entering && isText(node)) blocks.push(node);
    step = walker.next();
  }
  return blocks;
}

/**
 * A heading counts because `--` under a line, as e-mail signatures begin, makes the line a heading; a ruler because Outlook
 * draws one above the mail that is answered.
 */
const TEXT_NODES: ReadonlySet<string> = new Set(['paragraph', 'heading', 'html_block', 'thematic_break']);

function isText(node: Node): boolean {
  return TEXT_NODES.has(node.type);
}
