import { copyString } from './clean-log-line.ts';
import type { Candidate } from './error-candidates.ts';
import { type PlacedError, toPlace } from './error-places.ts';
import type { LogWords } from './read-log-words.ts';

/** dbt's errors in a file. A database error is none of them: its `LINE 14` is a line of compiled SQL. */
const DBT_ERROR =
  /^(?:Compilation|Parsing) Error in \w{1,30} [^\s()]{1,200} \(([^()]{1,300}\.(?:sql|ya?ml|py|md|csv))\)/;
const DBT_LINE = /^\s+line (\d{1,7})\s*$/;
/** A longer block isn't one. */
const LONGEST_BLOCK = 500;
const FLUFF_FILE = /^== \[([^\]]{1,300})\] (FAIL|PASS)/;
const FLUFF_VIOLATION = /^L: {0,6}(\d{1,7}) \| P: {0,6}(\d{1,5}) \| {0,6}(\w{1,12}) \| (.+)$/;
const FLUFF_MORE = /^ {8,}\| (.+)$/;
const LONGEST_VIOLATION = 2000;

/** Reads dbt's errors. Their line number ends the indented lines below them. */
export class DbtReader {
  #block: { readonly error: Candidate; readonly path: string; lines: number } | null = null;

  get isOpen(): boolean {
    return this.#block !== null;
  }

  begin(error: Candidate): void {
    const path = DBT_ERROR.exec(error.words)?.[1];
    if (path !== undefined) this.#block = { error, path, lines: 0 };
  }

  /** Returns the error once its place is known. */
  add({ text, source }: LogWords): PlacedError | null {
    const block = this.#block;
    if (block === null || source !== block.error.source) return null;
    const line = DBT_LINE.exec(text);
    block.lines += 1;
    if (line !== null || !/^(?:\s|$)/.test(text) || block.lines > LONGEST_BLOCK) this.#block = null;
    const message = block.error.title.replace(` (${block.path})`, '');
    return line && { places: [toPlace(block.path, line[1])], message };
  }
}

/** Reads sqlfluff's violations, which follow the name of their file. */
export class SqlfluffReader {
  #file: string | null = null;
  #open: PlacedError | null = null;

  /** The violation whose message may continue in the next line. */
  get open(): PlacedError | null {
    return this.#open;
  }

  /** Returns a violation once its message is complete. */
  add({ text }: LogWords): PlacedError | null {
    const more = this.#open && FLUFF_MORE.exec(text);
    if (this.#open && more) {
      const message = `${this.#open.message} ${more[1]}`.slice(0, LONGEST_VIOLATION);
      this.#open = { ...this.#open, message };
      return null;
    }
    const whole = this.#open;
    const named = FLUFF_FILE.exec(text);
    if (named !== null) this.#file = named[2] === 'FAIL' ? copyString(named[1] ?? '') : null;
    const violation = this.#file === null ? null : FLUFF_VIOLATION.exec(text);
    this.#open = violation && {
      places: [toPlace(this.#file ?? '', violation[1], violation[2])],
      message: `${violation[3]} ${violation[4]}`,
    };
    return whole;
  }
}
