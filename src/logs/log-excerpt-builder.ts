import type { FirstError, LogExcerpt } from '../domain/log-excerpt.ts';
import { capLogLine, cleanLogLine, SHOWN_LINE_LENGTH, sliceWhole } from './clean-log-line.ts';
import { createErrorFinder } from './find-error.ts';
import { createErrorLocator } from './locate-errors.ts';
import { copyString, createLogTail } from './log-tail.ts';
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
 * `locate-errors.ts` (the worst are very short lines: a string in memory is larger than its text); a test measures it.
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
  const error = createErrorCollector();
  const locator = createErrorLocator();
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
      for (const line of shown) {
        error.add(line);
        locator.add(line);
      }
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
        firstError: error.collect(),
        locatedErrors: locator.located(),
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
function createErrorCollector() {
  const finder = createErrorFinder();
  let before: string[] = [];
  let around = new Map<number, Surroundings>();

  function keep(line: string): void {
    for (const { lines, before: count } of around.values()) {
      if (lines.length < count + 1 + LINES_AFTER_ERROR) lines.push(copyContextLine(line));
    }
    const candidates = finder.candidates();
    if (candidates.length !== around.size || candidates.some((one) => !around.has(one))) {
      const fresh = { lines: [...before.map(copyContextLine), copyString(line)], before: before.length };
      around = new Map(candidates.map((one) => [one, around.get(one) ?? fresh]));
    }
    before = [...before, line].slice(-LINES_BEFORE_ERROR);
  }

  return {
    add(line: string): void {
      finder.add(line);
      keep(line);
    },
    collect(): FirstError | null {
      const found = finder.found();
      const context = found && around.get(found.line);
      return found && context
        ? { ...found, context: [...context.lines], contextBefore: context.before }
        : null;
    },
  };
}

function copyContextLine(line: string): string {
  return copyString(capLogLine(line, CONTEXT_LINE_LENGTH));
}
