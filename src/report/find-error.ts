import { cleanInlineText, sliceWhole } from './clean-log-line.ts';
import {
  EXCEPTION_CLASS,
  isMessage,
  matchError,
  mayBeError,
  parseLogLine,
  TRACEBACK,
  TRACEBACK_LINE,
} from './error-patterns.ts';

/** Longest message, in UTF-16 code units. */
const LONGEST_MESSAGE = 120;
/** Lines of a traceback without an end; then it isn't one. */
const LONGEST_TRACEBACK = 500;

const RAISED = /^[A-Za-z_][\w.]{0,200}(?:: |:?$)/;
const YAML_PLACE = /^\s*in "([^"]{1,300})", line (\d{1,9})/;
const YAML_PROBLEM = /^(?:expected |found |could not |did not )/;
const DBT_ERROR = /^[A-Z][a-z]+ Error(?: in |\s*$)/;
// What Meltano writes behind the message of a plug-in's line.
const STRUCTLOG_FIELDS =
  /\s(?:cmd_type|consumer|exit_codes?|job_name|job_run_id|name|producer|run_id|state_id|stdio|string_id|full_refresh)=/;

export interface FoundError {
  /** 1-based number of the line that says it. */
  readonly line: number;
  readonly message: string;
}

/** Looks for the first error of a log, line by line, without keeping the log. */
export interface ErrorFinder {
  add(line: string): void;
  /** The message may still get better with the lines that follow directly. */
  found(): FoundError | null;
}

type Search =
  | { readonly step: 'looking' }
  /** In a traceback: the error is on the line that ends it. */
  | { readonly step: 'traceback'; readonly lines: number }
  /** Found; the lines after it may hold the place, or the rest of the message. */
  | { readonly step: 'refining'; readonly error: FoundError; readonly text: string }
  | { readonly step: 'done'; readonly error: FoundError };

export function createErrorFinder(): ErrorFinder {
  let search: Search = { step: 'looking' };
  let number = 0;
  return {
    add(line) {
      number++;
      search = advance(search, line, number);
    },
    found: () => ('error' in search ? search.error : null),
  };
}

function advance(search: Search, line: string, number: number): Search {
  switch (search.step) {
    case 'looking':
      return mayBeError(line) ? look(line, number) : search;
    case 'traceback':
      return followTraceback(search.lines, line, number);
    case 'refining':
      return refine(search.error, search.text, line);
    case 'done':
      return search;
  }
}

function look(line: string, number: number): Search {
  const { level, text } = parseLogLine(line);
  if (TRACEBACK.test(text)) return { step: 'traceback', lines: 0 };
  if (level === 'quiet') return { step: 'looking' };
  const message = matchError(text) ?? (level === 'error' && isMessage(text) ? text : null);
  return message === null ? { step: 'looking' } : find(message, number);
}

function find(text: string, line: number): Search {
  const message = formatMessage(text);
  return { step: 'refining', error: { line, message }, text };
}

function followTraceback(lines: number, line: string, number: number): Search {
  const { text } = parseLogLine(line);
  if (TRACEBACK.test(text)) return { step: 'traceback', lines: 0 };
  if (TRACEBACK_LINE.test(text) && lines < LONGEST_TRACEBACK) return { step: 'traceback', lines: lines + 1 };
  return RAISED.test(stripFields(text)) ? find(text, number) : look(line, number);
}

/** Takes the place of a YAML error, and what dbt says about its error, from the lines right after the first one. */
function refine(error: FoundError, text: string, line: string): Search {
  const next = parseLogLine(line).text;
  const place = YAML_PLACE.exec(next);
  if (place !== null) {
    const message = formatMessage(
      `${shortenPath(place[1] ?? '')}:${place[2]} ${text.replace(EXCEPTION_CLASS, '')}`,
    );
    return { step: 'refining', error: { line: error.line, message }, text };
  }
  if (YAML_PROBLEM.test(next) && text.includes('while ')) {
    return { step: 'refining', error: { line: error.line, message: formatMessage(next) }, text: next };
  }
  if (DBT_ERROR.test(text) && /^\s+\S/.test(next)) {
    const message = formatMessage(`${stripFields(text)}: ${next.trim()}`);
    return { step: 'done', error: { line: error.line, message } };
  }
  return { step: 'done', error };
}

/** Meltano names files by where the job checked them out, which says nothing to the reader: the name alone does. */
function shortenPath(path: string): string {
  return path.startsWith('/') ? path.slice(path.lastIndexOf('/') + 1) : path;
}

function formatMessage(text: string): string {
  // dbt draws dots from what it ran to how it went.
  const plain = stripFields(text).replace(/ ?\.{4,}.{0,200}$/, '');
  const message = cleanInlineText(plain).replace(/\s+/g, ' ');
  return message.length <= LONGEST_MESSAGE
    ? message
    : `${sliceWhole(message, LONGEST_MESSAGE - 1).trimEnd()}…`;
}

/** The words of a line without what Meltano writes behind them. */
export function stripFields(text: string): string {
  const fields = STRUCTLOG_FIELDS.exec(text);
  if (fields === null) return text;
  const words = text.slice(0, fields.index).trimEnd();
  return words === '' ? text : words;
}
