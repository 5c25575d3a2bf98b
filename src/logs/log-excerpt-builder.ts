import type { FirstError, LocatedError, LogExcerpt } from '../domain/log-excerpt.ts';
import { capLogLine, cleanLogLine, copyString, SHOWN_LINE_LENGTH, sliceWhole } from './clean-log-line.ts';
import { ErrorRecogniser } from './recognise-errors.ts';
import type { Redactor } from './redact.ts';

/** The tail's size in UTF-8. A check run's text has 65,535 bytes, and the fence needs some. */
const TAIL_BYTES = 65_500;
const LINES_BEFORE_ERROR = 5;
const LINES_AFTER_ERROR = 10;
/** Lines around an error are cut shorter than the error itself: at most 16 lines, 30 kB in UTF-8. */
const CONTEXT_LINE_LENGTH = 500;
/** Code units of a line that are scanned for secrets. More than shown, so that the cut doesn't hide the end of a secret. */
const SCANNED_LINE_LENGTH = 64 * 1024;
const NOTHING_CUT: ReadonlyMap<number, number> = new Map();

/**
 * The memory limit for the log of one deployment, however long it is. Two builders share it, because the log of an ended job
 * is read again while the first builder is kept. The limits here and in `project-errors.ts` ensure it; a test measures it.
 * (Very short lines need most, because a string in memory is larger than its text.)
 */
export const LOG_MEMORY_BYTES = 3 * 1024 * 1024;

/** Cleans and redacts a log from its first line on. Keeps the part that a check run shows, within a fixed budget. */
export interface LogExcerptBuilder {
  /**
   * Calls must not overlap. `cut` has the number of missing characters of each cut line, by its index in `rawLines`.
   */
  add(rawLines: readonly string[], cut?: ReadonlyMap<number, number>): Promise<void>;
  /** `complete`: the log was read to its end. */
  excerpt(complete: boolean): LogExcerpt;
}

/** `onRedacted` gets the number of secrets that were removed from the added lines. */
export function createLogExcerptBuilder(
  redactor: Redactor,
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

interface Surroundings {
  readonly lines: string[];
  readonly before: number;
}

/** Keeps the lines around each error that may have ended the job. */
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

  /** `error` is the number of this line or of the one before. */
  #surround(error: number, line: string): Surroundings {
    const lines = [...this.#before.map(copyContextLine), copyString(line)];
    return { lines, before: lines.length - 1 - (this.#line - error) };
  }
}

function copyContextLine(line: string): string {
  return copyString(capLogLine(line, CONTEXT_LINE_LENGTH));
}

/** The last lines of a log within a budget of bytes. A newline counts as one byte. */
interface LogTail {
  push(lines: readonly string[]): void;
  lines(): string[];
}

function createLogTail(budget: number): LogTail {
  let kept: string[] = [];
  let bytes = 0;
  return {
    push(lines) {
      // Handles only lines that can stay, so that a long log costs no more than a short one.
      const added = takeLast(lines, budget);
      kept = [...kept, ...added.lines];
      bytes += added.bytes;
      let first = added.lines.length < lines.length ? kept.length - added.lines.length : 0;
      bytes -= sumBytes(kept.slice(0, first));
      while (bytes > budget) bytes -= countBytes(kept[first++] ?? '');
      kept = kept.slice(first);
    },
    lines: () => [...kept],
  };
}

function takeLast(lines: readonly string[], budget: number): { lines: string[]; bytes: number } {
  let first = lines.length;
  let bytes = 0;
  while (first > 0) {
    const size = countBytes(lines[first - 1] ?? '');
    if (bytes + size > budget) break;
    bytes += size;
    first--;
  }
  return { lines: lines.slice(first).map(copyString), bytes };
}

function sumBytes(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + countBytes(line), 0);
}

function countBytes(line: string): number {
  return Buffer.byteLength(line) + 1;
}
