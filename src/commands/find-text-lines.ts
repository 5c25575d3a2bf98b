import { type Node, type NodeWalkingStep, Parser } from 'commonmark';
import { type HidingState, markOpenLines, NOTHING_HIDES } from './mark-open-lines.ts';

/** As CommonMark ends lines. */
export const LINE_END = /\r\n|\n|\r/;

/**
 * The numbers (from 0) of the lines of a comment that GitHub shows as text of the writer's own: not in a quote, a code
 * block, a code span or an HTML comment.
 *
 * The blocks come from CommonMark's reference parser, whose block pass is linear; what hides text within a block is
 * looked for by a scan of our own, since inline parsing can take seconds for 64 kB of brackets.
 */
export function findTextLines(body: string): ReadonlySet<number> {
  const lines = body.split(LINE_END);
  const found = new Set<number>();
  let state: HidingState = NOTHING_HIDES;
  for (const block of findTextBlocks(body)) {
    const [[first], [last]] = block.sourcepos;
    const isHtml = block.type === 'html_block';
    const marked = markOpenLines({ lines: lines.slice(first - 1, last), isHtml, state });
    for (const offset of marked.open) found.add(first - 1 + offset);
    state = marked.state;
  }
  return found;
}

function findTextBlocks(body: string): readonly Node[] {
  // Without its inline pass. Should a later version name that pass otherwise, it is only slower.
  const parser = Object.assign(new Parser(), { processInlines: () => undefined });
  const walker = parser.parse(body).walker();
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

/** A heading counts because `--` under a line, as e-mail signatures begin, makes the line a heading. */
function isText(node: Node): boolean {
  return node.type === 'paragraph' || node.type === 'heading' || node.type === 'html_block';
}
