/** HTML that is still open at the end of a block, and hides or quotes the text after it. */
export interface HidingState {
  /** The end of the open HTML comment (or similar); null for none. */
  readonly closer: string | null;
  /** The HTML elements for code and quotes that are open, innermost last. */
  readonly elements: readonly string[];
}

export const NOTHING_HIDES: HidingState = { closer: null, elements: [] };

interface Block {
  readonly lines: readonly string[];
  /** HTML has neither code spans nor backslash escapes. Its open elements and comments extend into the next blocks. */
  readonly isHtml: boolean;
  readonly state: HidingState;
}

interface MarkedBlock {
  /** The lines (from 0) that don't begin inside a code span, an HTML comment, or HTML code or quotes. */
  readonly open: readonly number[];
  readonly state: HidingState;
}

const TOKENS =
  /\n|\\[!-/:-@[-`{-~]|`+|<!--|<\?|<!\[CDATA\[|<\/?(?:pre|code|samp|kbd|tt|blockquote|q|textarea|script|style)(?![\w-])/gi;

const CLOSERS: Readonly<Record<string, string>> = { '<!--': '-->', '<?': '?>', '<![cdata[': ']]>' };

/** Deeper nesting isn't counted. Nobody writes it, and closing an element stays cheap. */
const MAX_ELEMENTS = 20;

export function markOpenLines(block: Block): MarkedBlock {
  const text = block.lines.join('\n');
  // True for nearly every block.
  if (block.state === NOTHING_HIDES && !/[`<]/.test(text)) {
    return { open: [...block.lines.keys()], state: NOTHING_HIDES };
  }
  const start = findStart(text, block.state.closer);
  return start === null ? { open: [], state: block.state } : new OpenLineScan(block, text).run(start);
}

/** The start of the scan: after the comment that an earlier block left open. */
function findStart(text: string, closer: string | null): number | null {
  if (closer === null) return 0;
  const end = text.indexOf(closer);
  return end < 0 ? null : end + closer.length;
}

class OpenLineScan {
  readonly #block: Block;
  readonly #text: string;
  readonly #ends: SpanEnds;
  readonly #elements: string[];
  readonly #open: number[] = [];
  /** How many of the elements of earlier blocks are still open. */
  #kept: number;
  #line = 0;
  #position = 0;
  #closer: string | null = null;

  constructor(block: Block, text: string) {
    this.#block = block;
    this.#text = text;
    this.#ends = new SpanEnds(text);
    this.#elements = [...block.state.elements];
    this.#kept = this.#elements.length;
  }

  run(start: number): MarkedBlock {
    if (start === 0) this.#beginLine();
    this.#skipTo(start);
    while (this.#closer === null) {
      TOKENS.lastIndex = this.#position;
      const match = TOKENS.exec(this.#text);
      if (!match) break;
      this.#position = TOKENS.lastIndex;
      this.#take(match[0].toLowerCase(), match.index);
    }
    // GitHub closes a paragraph's open elements at its end.
    const elements = this.#block.isHtml ? this.#elements : this.#elements.slice(0, this.#kept);
    const isOpen = this.#closer !== null || elements.length > 0;
    return { open: this.#open, state: isOpen ? { closer: this.#closer, elements } : NOTHING_HIDES };
  }

  #take(token: string, index: number): void {
    if (token === '\n') {
      this.#line += 1;
      this.#beginLine();
      return;
    }
    const closer = CLOSERS[token];
    // `<!-->` is a complete comment, so the end may overlap the start.
    if (closer) this.#hide(this.#ends.afterText(closer, index + 2), closer);
    else if (token.startsWith('<')) this.#followElement(token);
    else if (token.startsWith('`') && !this.#block.isHtml) {
      this.#hide(this.#ends.afterTicks(token.length, this.#position), null);
    }
  }

  /** Skips hidden text. Without an end, it is plain text, except for a comment in HTML. */
  #hide(end: number | null, closer: string | null): void {
    if (end !== null) this.#skipTo(end);
    else if (this.#block.isHtml) this.#closer = closer;
  }

  #skipTo(end: number): void {
    for (let at = this.#position; at < end; at += 1) if (this.#text[at] === '\n') this.#line += 1;
    this.#position = end;
  }

  #beginLine(): void {
    if (this.#elements.length === 0) this.#open.push(this.#line);
  }

  #followElement(token: string): void {
    if (!token.startsWith('</')) {
      if (this.#elements.length < MAX_ELEMENTS) this.#elements.push(token.slice(1));
      return;
    }
    const opened = this.#elements.lastIndexOf(token.slice(2));
    if (opened >= 0) this.#elements.splice(opened);
    this.#kept = Math.min(this.#kept, this.#elements.length);
  }
}

/** Finds the ends of code spans and HTML comments. Takes linear time in total for calls from left to right. */
class SpanEnds {
  readonly #text: string;
  readonly #ticks = new Map<number, number[]>();
  /** Closing texts that don't occur any more. */
  readonly #absent = new Set<string>();

  constructor(text: string) {
    this.#text = text;
    const runs = [...text.matchAll(/`+/g)].reverse();
    for (const run of runs) {
      const starts = this.#ticks.get(run[0].length);
      if (starts) starts.push(run.index);
      else this.#ticks.set(run[0].length, [run.index]);
    }
  }

  /** The end of the next run of exactly `length` backticks; null if the opening ones are plain text. */
  afterTicks(length: number, from: number): number | null {
    const starts = this.#ticks.get(length) ?? [];
    for (let start = starts.pop(); start !== undefined; start = starts.pop()) {
      if (start >= from) return start + length;
    }
    return null;
  }

  /** The end of the next `closer`; null for none. */
  afterText(closer: string, from: number): number | null {
    if (this.#absent.has(closer)) return null;
    const start = this.#text.indexOf(closer, from);
    if (start >= 0) return start + closer.length;
    this.#absent.add(closer);
    return null;
  }
}
