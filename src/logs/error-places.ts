import { copyString } from './clean-log-line.ts';
import { EXCEPTION_CLASS, isMessage, isTelling, matchError } from './error-patterns.ts';
import type { LogWords } from './read-log-words.ts';

/** A place in a file. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number | null;
}

/** An error with its places. Annotations use the first place inside the project. */
export interface PlacedError {
  readonly places: readonly Place[];
  /** The message without the place. */
  readonly message: string;
}

// File types of a project, so that `db.internal:5432: not found` has no place.
const FILE =
  '((?:\\.{0,2}/)?[\\w@-][\\w./@+-]{0,250}\\.(?:ya?ml|sql|pyi?|json|jsonl|toml|cfg|ini|csv|md|j2|jinja2?|sh|[jt]sx?|mjs|cjs|env|txt|lock|ipynb|xml|html|tf|rb|go|rs|java))';
const AT_START = new RegExp(
  `^${FILE}:(\\d{1,7})(?::(\\d{1,5}))?(?::| -)? +(?!warning|warn\\b|note|info)(\\S.*)$`,
  'i',
);
const ERROR_WORD = /^(?:fatal |critical )?(?:error|fatal|critical|exception)(?:\[[\w-]{1,20}\])?: +/i;
const IN_WORDS = new RegExp(
  `(?:^|[\\s"'\`(])${FILE}["'\`]?,? (?:on |at |in )?line (\\d{1,7})(?:,? col(?:umn)? (\\d{1,5}))?`,
);
/** PyYAML's form of a place. */
const YAML_PLACE = /\bin "([^"]{1,300})", line (\d{1,7})(?:, column (\d{1,5}))?/;
/** The code of a linter's rule. `W…` is a warning. */
const LINT_CODE = /^(?!W)[A-Z]{1,4}\d{2,4} /;
/** A frame of a traceback by Python, or by `rich`. */
const FRAME = /^\s+File "([^"]{1,400})", line (\d{1,7})|^[│┃|]\s{1,4}(\/?[^\s:│]{1,400}\.py):(\d{1,7}) in /;
const FRAME_START = /^\s*File "/;
const ARROW = /^\s{0,20}(?:-->|╭─\[|┌─) {0,2}([^\s:]{1,300}):(\d{1,7})(?::(\d{1,5}))?/;

/** A fast test that rules out most lines without a place. */
const MAY_NAME_PLACE = /\.[a-z]\w{1,6}:\d|\bline \d|\bL: {0,6}\d|== \[|-->|╭─\[|┌─/i;

export function mayNamePlace(line: string): boolean {
  return MAY_NAME_PLACE.test(line);
}

/** An error with its place in the same line. */
export function readPlacedError({ level, text }: LogWords): PlacedError | null {
  if (level === 'quiet') return null;
  const words = text.trim().replace(ERROR_WORD, '');
  const isCalledError = level === 'error' || words !== text.trim();
  const start = AT_START.exec(words);
  if (start !== null) {
    const message = (start[4] ?? '').replace(ERROR_WORD, '');
    const isError = isCalledError || message !== start[4] || isTelling(message) || LINT_CODE.test(message);
    return isError && isMessage(message)
      ? { places: [toPlace(start[1], start[2], start[3])], message }
      : null;
  }
  const yaml = readYamlPlace(words);
  if (yaml !== null) return yaml.before === '' ? null : { places: [yaml.place], message: yaml.before };
  // A frame is a part of a traceback.
  if (FRAME_START.test(words)) return null;
  const inWords = IN_WORDS.exec(words);
  const message = inWords && (matchError(text) ?? (isCalledError ? words : null));
  return inWords && message ? { places: [toPlace(inWords[1], inWords[2], inWords[3])], message } : null;
}

/** The place of a YAML error, and the words before it, if any. */
export function readYamlPlace(text: string): { readonly place: Place; readonly before: string } | null {
  const match = YAML_PLACE.exec(text);
  if (match === null) return null;
  const before = text.slice(0, match.index).trim().replace(EXCEPTION_CLASS, '');
  return { place: toPlace(match[1], match[2], match[3]), before };
}

/** The place of a frame of a traceback. */
export function readFrame(text: string): Place | null {
  const frame = FRAME.exec(text);
  return frame && toPlace(frame[1] ?? frame[3], frame[2] ?? frame[4]);
}

/** The place below an error by dbt Fusion, ruff or rustc: `--> models/a.sql:12:5`. */
export function readArrow(text: string): Place | null {
  const arrow = ARROW.exec(text);
  return arrow && toPlace(arrow[1], arrow[2], arrow[3]);
}

/** A place from the groups of a pattern. */
export function toPlace(path?: string, line?: string, column?: string): Place {
  return { path: copyString(path ?? ''), line: Number(line), column: Number(column ?? 0) || null };
}

/** Shortens an absolute path to the file name, because the job's directory means nothing to readers. */
export function formatPlace({ path, line }: Place): string {
  return `${path.startsWith('/') ? path.slice(path.lastIndexOf('/') + 1) : path}:${line}`;
}
