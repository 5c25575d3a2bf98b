import { isMessage, isTelling, type LogLine, matchError } from './error-patterns.ts';
import { copyString } from './log-tail.ts';

/** An error as the log tells it; of several places the first that is in the project counts. */
export interface PlacedError {
  readonly places: readonly Place[];
  readonly message: string;
}

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number | null;
}

// Only files that a project has: `db.internal:5432: not found` names none.
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
/** How PyYAML names a place. */
export const YAML_PLACE = /\bin "([^"]{1,300})", line (\d{1,7})(?:, column (\d{1,5}))?/;
const FRAME = /^\s*File "/;
/** The code of a linter's rule before its message; `W` and the like are warnings. */
const LINT_CODE = /^(?!W)[A-Z]{1,4}\d{2,4} /;

/** An error whose place stands in the same line. */
export function readPlacedError({ level, text }: LogLine): PlacedError | null {
  if (level === 'quiet') return null;
  const words = text.trim().replace(ERROR_WORD, '');
  const isCalledError = level === 'error' || words !== text.trim();
  const start = AT_START.exec(words);
  if (start !== null) {
    const message = (start[4] ?? '').replace(ERROR_WORD, '');
    const isError = isCalledError || message !== start[4] || isTelling(message) || LINT_CODE.test(message);
    return isError && isMessage(message)
      ? { places: [readPlace(start[1], start[2], start[3])], message }
      : null;
  }
  // Those are parts of something longer: `error-blocks.ts` reads them.
  if (YAML_PLACE.test(words) || FRAME.test(words)) return null;
  const inWords = IN_WORDS.exec(words);
  const message = inWords && (matchError(text) ?? (isCalledError ? words : null));
  return inWords && message ? { places: [readPlace(inWords[1], inWords[2], inWords[3])], message } : null;
}

/** From the groups of a pattern. The path is a copy: a part of a line keeps its whole page of the log in memory. */
export function readPlace(path?: string, line?: string, column?: string): Place {
  return { path: copyString(path ?? ''), line: Number(line), column: Number(column ?? 0) || null };
}
