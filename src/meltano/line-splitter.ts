/** In UTF-16 units. A longer line is cut in memory; it still counts as one. */
const LINE_LIMIT = 64 * 1024;
const CUT_MARK = '… (cut)';
const BATCH_LINES = 500;
const BATCH_LENGTH = 64 * 1024;

/** Makes lines of a stream of UTF-8 chunks, holding at most one batch and one line. */
export class LineSplitter {
  /** Lines ended by a newline so far. */
  count = 0;
  readonly #decoder = new TextDecoder();
  #line = '';
  #cut = false;

  /** The lines that this chunk ends, in batches. */
  *push(chunk: Uint8Array): Generator<string[]> {
    const text = this.#decoder.decode(chunk, { stream: true });
    let batch: string[] = [];
    let length = 0;
    let start = 0;
    for (let newline = text.indexOf('\n'); newline !== -1; newline = text.indexOf('\n', start)) {
      this.#append(text, start, newline);
      start = newline + 1;
      const line = this.#takeLine();
      if (batch.length >= BATCH_LINES || (batch.length > 0 && length + line.length > BATCH_LENGTH)) {
        yield batch;
        batch = [];
        length = 0;
      }
      batch.push(line);
      length += line.length;
      this.count += 1;
    }
    this.#append(text, start, text.length);
    if (batch.length > 0) yield batch;
  }

  /** At the end of the stream: what no newline has ended, null when there is nothing. */
  rest(): string | null {
    const text = this.#decoder.decode();
    this.#append(text, 0, text.length);
    const rest = this.#finish();
    return rest === '' ? null : rest;
  }

  #append(text: string, start: number, end: number): void {
    const room = LINE_LIMIT - this.#line.length;
    if (end - start > room) this.#cut = true;
    if (room > 0) this.#line += text.slice(start, Math.min(end, start + room));
  }

  /** A carriage return before the newline belongs to the newline; others are left to whoever shows the line. */
  #takeLine(): string {
    if (this.#line.endsWith('\r')) this.#line = this.#line.slice(0, -1);
    return this.#finish();
  }

  #finish(): string {
    const line = this.#cut ? this.#line.toWellFormed() + CUT_MARK : this.#line;
    this.#line = '';
    this.#cut = false;
    return line;
  }
}
