import { copyString, sliceWhole } from './clean-log-line.ts';
import { type Candidate, classifyError } from './error-candidates.ts';
import { EXCEPTION_CLASS, isMessage } from './error-patterns.ts';
import { formatPlace, type Place, readArrow, readYamlPlace } from './error-places.ts';
import type { LogWords } from './read-log-words.ts';

/** Longest text of an error, in UTF-16 code units. */
const KEPT_WORDS = 600;
const YAML_PROBLEM = /^(?:expected |found |could not |did not )/;
const DBT_ERROR = /^(?:[A-Z][a-z]+ Error|Failure)(?: in |\s*$)/;
/** uv and others draw an arrow to the reason. */
const REASON_BELOW = /^\s*(?:╰─▶|└─▶|╰─>|-->)\s*(?=\S)(.+)$/;

/**
 * Completes an error with the lines right after it: the place of a YAML error, dbt's reason, or an arrow to a reason or a
 * place. `more`: the next line may add something. `other`: the line isn't about this error.
 */
export function refineError(
  error: Candidate,
  { text: next, source, level }: LogWords,
): 'more' | 'done' | 'other' {
  if (source !== error.source && level !== 'error') return 'other';
  const { words } = error;
  const yaml = readYamlPlace(next);
  if (yaml !== null && yaml.before === '') {
    const message = words.replace(EXCEPTION_CLASS, '');
    improve(error, { title: `${formatPlace(yaml.place)} ${message}`, message, places: [yaml.place] });
    return 'more';
  }
  if (YAML_PROBLEM.test(next) && words.includes('while ')) {
    improve(error, { title: next, message: next, words: next });
    return 'more';
  }
  const arrow = error.places.length > 0 ? null : readArrow(next);
  if (arrow !== null) error.places = [arrow];
  const isDbt = DBT_ERROR.test(words) && /^\s+\S/.test(next);
  const reason = REASON_BELOW.exec(next)?.[1];
  // Snowflake's exceptions name the problem in the next line.
  const isBegun = error.isRaised && words.endsWith(':') && level === null && isMessage(next);
  if (isDbt || isBegun || reason !== undefined) {
    const said = (reason ?? next).trim();
    improve(error, { title: `${error.title.replace(/:$/, '')}: ${said}` });
    // Snowflake names the object that it can't compile one line further down.
    return isDbt && said.endsWith(':') ? 'more' : 'done';
  }
  return arrow === null ? 'other' : 'more';
}

/** Details of an error from the lines below it. */
interface Details {
  readonly title?: string;
  readonly message?: string;
  readonly words?: string;
  readonly places?: readonly Place[];
}

function improve(error: Candidate, details: Details): void {
  const {
    title = error.title,
    message = error.message,
    words = error.words,
    places = error.places,
  } = details;
  error.title = keepWords(title);
  error.message = keepWords(message);
  error.words = keepWords(words);
  error.places = places;
  error.kind = classifyError(error.words);
}

/** Cuts a text, and copies it (see `copyString`). */
export function keepWords(text: string): string {
  return copyString(sliceWhole(text.trim(), KEPT_WORDS));
}
