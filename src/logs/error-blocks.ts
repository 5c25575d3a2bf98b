import { EXCEPTION_CLASS, type LogLine, TRACEBACK, TRACEBACK_LINE } from './error-patterns.ts';
import { type Place, type PlacedError, readPlace, YAML_PLACE } from './error-places.ts';
import { copyString } from './log-tail.ts';
import { mayBeProjectPath } from './project-path.ts';

/** Reads errors that take several lines; what a line completes comes back at once, or at a later line. */
export interface ErrorBlockReader {
  add(line: LogLine): PlacedError | null;
  /** What would come back if the log ended here. */
  pending(): PlacedError | null;
}

/** Frames of a traceback that could be the project's own; the last one is the nearest to the error. */
const MOST_FRAMES = 5;
/** Lines of a block without an end; then it isn't one. */
const LONGEST_BLOCK = 500;

const YAML_CONTEXT = /^while (?:parsing|scanning|constructing|composing) /;

/** PyYAML's and ruamel's errors: what was being read and where, then the problem and where, or only one of the two. */
export function createYamlReader(): ErrorBlockReader {
  let previous = '';
  let context: PlacedError | null = null;
  let problem = '';
  return {
    pending: () => context,
    add({ level, text }) {
      const place = level === 'quiet' ? null : YAML_PLACE.exec(text);
      const before = context;
      if (place === null) {
        // Between the context and its problem's place stands the problem, and nothing else.
        if (before !== null && problem === '') problem = text.trim();
        else context = null;
        previous = text;
        return context === null ? before : null;
      }
      const own = text.slice(0, place.index).trim();
      const message = (own === '' ? previous.trim() : own).replace(EXCEPTION_CLASS, '');
      previous = '';
      problem = '';
      const error = { places: [readPlace(place[1], place[2], place[3])], message };
      context = YAML_CONTEXT.test(message) ? error : null;
      return context === null && message !== '' ? error : null;
    },
  };
}

const DBT_ERROR =
  /^(?:Compilation|Parsing) Error in \w{1,30} ([^\s()]{1,200}) \(([^()]{1,300}\.(?:sql|ya?ml|py|md|csv))\)/;
const DBT_LINE = /^\s+line (\d{1,7})\s*$/;

/** dbt's errors in a file of the project. `LINE 14` of a database error is left alone: it counts in compiled SQL. */
export function createDbtReader(): ErrorBlockReader {
  let block: { name: string; path: string; said: string; lines: number } | null = null;
  return {
    pending: () => null,
    add({ text }) {
      const start = DBT_ERROR.exec(text.trimStart());
      if (start !== null) {
        block = {
          name: copyString(start[0].slice(0, start[0].indexOf(' ('))),
          path: copyString(start[2] ?? ''),
          said: '',
          lines: 0,
        };
        return null;
      }
      if (block === null) return null;
      const line = DBT_LINE.exec(text);
      if (line !== null) {
        const message = block.said === '' ? block.name : `${block.name}: ${block.said}`;
        const error = { places: [readPlace(block.path, line[1])], message };
        block = null;
        return error;
      }
      block.lines++;
      if (block.said === '') block.said = copyString(text.trim());
      if (!/^(?:\s|$)/.test(text) || block.lines > LONGEST_BLOCK) block = null;
      return null;
    },
  };
}

const FRAME = /^\s+File "([^"]{1,400})", line (\d{1,7})|^[│┃|]\s{1,4}(\/?[^\s:│]{1,400}\.py):(\d{1,7}) in /;

/** Python's tracebacks: the message is on the line that ends the block, the place in the last frame of the project. */
export function createTracebackReader(): ErrorBlockReader {
  let frames: Place[] | null = null;
  let lines = 0;
  return {
    pending: () => null,
    add({ level, text }) {
      if (TRACEBACK.test(text)) {
        frames = level === 'quiet' ? null : [];
        lines = 0;
        return null;
      }
      if (frames === null) return null;
      frames = addFrame(frames, text);
      lines++;
      if (lines > LONGEST_BLOCK) frames = null;
      if (TRACEBACK_LINE.test(text)) return null;
      const places = frames ?? [];
      frames = null;
      return places.length === 0 ? null : { places, message: text.trim() };
    },
  };
}

function addFrame(frames: Place[], text: string): Place[] {
  const frame = FRAME.exec(text);
  if (frame === null) return frames;
  const place = readPlace(frame[1] ?? frame[3], frame[2] ?? frame[4]);
  return mayBeProjectPath(place.path) ? [place, ...frames].slice(0, MOST_FRAMES) : frames;
}

const FLUFF_FILE = /^== \[([^\]]{1,300})\] (FAIL|PASS)/;
const FLUFF_VIOLATION = /^L: {0,6}(\d{1,7}) \| P: {0,6}(\d{1,5}) \| {0,6}(\w{1,12}) \| (.+)$/;
const FLUFF_MORE = /^ {8,}\| (.+)$/;

/** sqlfluff's list of violations below the name of their file. */
export function createSqlfluffReader(): ErrorBlockReader {
  let file: string | null = null;
  let open: PlacedError | null = null;
  return {
    pending: () => open,
    add({ text }) {
      const more = open && FLUFF_MORE.exec(text);
      if (open && more) {
        open = { ...open, message: `${open.message} ${more[1]}`.slice(0, 2000) };
        return null;
      }
      const done = open;
      const violation = FLUFF_VIOLATION.exec(text);
      const named = FLUFF_FILE.exec(text);
      if (named !== null) file = named[2] === 'FAIL' ? copyString(named[1] ?? '') : null;
      open =
        file !== null && violation !== null
          ? {
              places: [readPlace(file, violation[1], violation[2])],
              message: `${violation[3]} ${violation[4]}`,
            }
          : null;
      return done;
    },
  };
}

const ARROW = /^\s{0,20}(?:-->|╭─\[|┌─) {0,2}([^\s:]{1,300}):(\d{1,7})(?::(\d{1,5}))?/;
const ARROW_ERROR = /^(?:error|fatal)(?:\[[\w-]{1,20}\])?: +(\S.*)$/i;

/** Compilers that name the place below the error: `error: …`, then `--> models/a.sql:12:5` (dbt Fusion, ruff, rustc). */
export function createArrowReader(): ErrorBlockReader {
  let message: string | null = null;
  return {
    pending: () => null,
    add({ text }) {
      const arrow = message === null ? null : ARROW.exec(text);
      const error =
        arrow === null || message === null
          ? null
          : { places: [readPlace(arrow[1], arrow[2], arrow[3])], message };
      message = ARROW_ERROR.exec(text.trimStart())?.[1] ?? null;
      return error;
    },
  };
}
