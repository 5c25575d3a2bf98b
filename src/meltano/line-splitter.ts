/** UTF-16 units. A longer line is truncated; it still counts as one line. */
const LINE_LIMIT = 64 * 1024;
const BATCH_LINES = 500;
const BATCH_LENGTH = 64 * 1024;

export interface LineBatch {
  readonly lines: string[];
  /** The number of characters cut from the end of a long line, by index. */
  readonly cut: Map<number, number>;
}

/** Splits a stream of UTF-8 chunks into lines. Holds at most one batch and one line in memory. */
export class LineSplitter {
  /** The number of complete lines so far. */
  count = 0;
  readonly #decoder = new TextDecoder();
  #line = '';
  /** Characters of the current line beyond the limit. */
  #omitted = 0;
  #last = '';

  /** Yields the lines that this chunk completes, in batches. */
  *push(chunk: Uint8Array): Generator<LineBatch> {
    const text = this.#decoder.decode(chunk, { stream: true });
    let batch: LineBatch = { lines: [], cut: new Map() };
    let length = 0;
    let start = 0;
    for (let newline = text.indexOf('\n'); newline !== -1; newline = text.indexOf('\n', start)) {
      this.#append(text, start, newline);
      start = newline + 1;
      const { line, omitted } = this.#takeLine();
      const { lines } = batch;
      if (lines.length >= BATCH_LINES || (lines.length > 0 && length + line.length > BATCH_LENGTH)) {
        yield batch;
        batch = { lines: [], cut: new Map() };
        length = 0;
      }
      if (omitted > 0) batch.cut.set(batch.lines.length, omitted);
      batch.lines.push(line);
      length += line.length;
      this.count += 1;
    }
    this.#append(text, start, text.length);
    if (batch.lines.length > 0) yield batch;
  }

  /** Call at the end of the stream. Returns the last line if no newline ends it, otherwise null. */
  rest(): LineBatch | null {
    const text = this.#decoder.decode();
    this.#append(text, 0, text.length);
    const { line, omitted } = this.#finish();
    if (line === '') return null;
    return { lines: [line], cut: new Map(omitted > 0 ? [[0, omitted]] : []) };
  }

  #append(text: string, start: number, end: number): void {
    if (end === start) return;
    const room = LINE_LIMIT - this.#line.length;
    this.#omitted += Math.max(0, end - start - room);
    if (room > 0) this.#line += text.slice(start, Math.min(end, start + room));
    this.#last = text.charAt(end - 1);
  }

  /** Removes a carriage return before the newline. Others stay in the line. */
  #takeLine(): { line: string; omitted: number } {
    if (this.#last === '\r' && this.#omitted > 0) this.#omitted -= 1;
    else if (this.#last === '\r') this.#line = this.#line.slice(0, -1);
    return this.#finish();
  }

  #finish(): { line: string; omitted: number } {
    const omitted = this.#omitted;
    // The cut may split a surrogate pair.
    const line = omitted > 0 ? this.#line.toWellFormed() : this.#line;
    this.#line = '';
    this.#omitted = 0;
    this.#last = '';
    return { line, omitted };
  }
}
