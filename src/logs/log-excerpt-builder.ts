import type { FirstError, LocatedError, LogExcerpt } from '../domain/log-excerpt.ts';
import { capLogLine, cleanLogLine, SHOWN_LINE_LENGTH, sliceWhole } from './clean-log-line.ts';
import { copyString, createLogTail } from './log-tail.ts';
import { ErrorRecogniser } from './recognise-errors.ts';
import type { Redactor } from './redact.ts';

/** Bytes of the tail as UTF-8: what a check run's text (65,535) holds in a fence. */
const TAIL_BYTES = 65_500;
const LINES_BEFORE_ERROR = 5;
const LINES_AFTER_ERROR = 10;
/** Around an error lines are shown shorter than the error itself: at most 16 lines, 30 kB as UTF-8. */
const CONTEXT_LINE_LENGTH = 500;
/** Code units of a line that are looked at: a secret that the shown part cuts in two must still be found. */
const SCANNED_LINE_LENGTH = 64 * 1024;
const NOTHING_CUT: ReadonlyMap<number, number> = new Map();

/**
 * What the log of one deployment takes in memory at most, in bytes, however long it is: twice what a builder keeps, since the
 * log of an ended job is read once more beside the one at hand. Made so by the limits here, in `log-tail.ts` and in
 * `project-errors.ts` (the worst are very short lines: a string in memory is larger than its text); a test measures it.
 */
export const LOG_MEMORY_BYTES = 3 * 1024 * 1024;

/** Takes in a log from its first line on and keeps what a check run shows of it. */
export interface LogExcerptBuilder {
  /**
   * Calls must not overlap: wait for one before the next. `cut`: by index in `rawLines`, how many characters a line had
   * beyond those that came.
   */
  add(rawLines: readonly string[], cut?: ReadonlyMap<number, number>): Promise<void>;
  /** `complete`: the log was read to its end, as far as there is one. */
  excerpt(complete: boolean): LogExcerpt;
}

/** `onRedacted`: how many secrets were taken out of the lines that came. */
export function createLogExcerptBuilder(
  redactor: Pick<Redactor, 'forLog'>,
  onRedacted: (count: number) => void = () => undefined,
): LogExcerptBuilder {
  const log = redactor.forLog();
  const tail = createLogTail(TAIL_BYTES);
  const errors = new ErrorCollector();
  let totalLines = 0;
  let redactions = 0;
  return {
    async add(rawLines, cut = NOTHING_CUT) {
      const cleaned = rawLines.map(cleanLogLine);
      const scanned = cleaned.map((line) => sliceWhole(line, SCANNED_LINE_LENGTH));
      const { lines, count } = await log.redactLines(scanned);
      const shown = lines.map((line, index) => {
        const unscanned = (cleaned[index] ?? '').length - (scanned[index] ?? '').length;
        return capLogLine(line, SHOWN_LINE_LENGTH, unscanned + (cut.get(index) ?? 0));
      });
      for (const line of shown) errors.add(line);
      tail.push(shown);
      totalLines += shown.length;
      redactions += count;
      onRedacted(count);
    },
    excerpt(complete) {
      const lines = tail.lines();
      return {
        totalLines,
        omittedLines: totalLines - lines.length,
        tail: lines,
        firstError: errors.first(),
        locatedErrors: errors.located(),
        redactions,
        complete,
      };
    },
  };
}

/** Lines around an error. */
interface Surroundings {
  readonly lines: string[];
  readonly before: number;
}

/** Keeps the error that ended the job and the lines around it, and those around what may still turn out to be it. */
class ErrorCollector {
  readonly #recogniser = new ErrorRecogniser();
  #line = 0;
  #before: string[] = [];
  #around = new Map<number, Surroundings>();

  add(line: string): void {
    this.#line += 1;
    this.#recogniser.add(line);
    for (const { lines, before } of this.#around.values()) {
      if (lines.length < before + 1 + LINES_AFTER_ERROR) lines.push(copyContextLine(line));
    }
    const candidates = this.#recogniser.candidates();
    if (candidates.length !== this.#around.size || candidates.some((one) => !this.#around.has(one))) {
      this.#around = new Map(
        candidates.map((one) => [one, this.#around.get(one) ?? this.#surround(one, line)]),
      );
    }
    this.#before = [...this.#before, line].slice(-LINES_BEFORE_ERROR);
  }

  first(): FirstError | null {
    const found = this.#recogniser.found();
    const context = found && this.#around.get(found.line);
    return found && context ? { ...found, context: [...context.lines], contextBefore: context.before } : null;
  }

  located(): LocatedError[] {
    return this.#recogniser.located();
  }

  /** `error`: the number of its line, which is this one, or one right before it. */
  #surround(error: number, line: string): Surroundings {
    const lines = [...this.#before.map(copyContextLine), copyString(line)];
    return { lines, before: lines.length - 1 - (this.#line - error) };
  }
}

function copyContextLine(line: string): string {
  return copyString(capLogLine(line, CONTEXT_LINE_LENGTH));
}
