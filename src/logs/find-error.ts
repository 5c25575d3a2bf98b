import { cleanInlineText, sliceWhole } from './clean-log-line.ts';
import { type Candidate, classifyError, ErrorCandidates } from './error-candidates.ts';
import {
  EXCEPTION_CLASS,
  isMessage,
  matchError,
  mayBeError,
  TRACEBACK,
  TRACEBACK_LINE,
} from './error-patterns.ts';
import { beginsWithSurvival, isSummary, tellsOfSurvival } from './error-signals.ts';
import { copyString } from './log-tail.ts';
import { type LogWords, readLogWords } from './read-log-words.ts';

/** Longest message, in UTF-16 code units. */
const LONGEST_MESSAGE = 120;
/** So much of an error is kept to be understood, in UTF-16 code units. */
const KEPT_WORDS = 600;
/** Lines of a traceback without an end; then it isn't one. */
const LONGEST_TRACEBACK = 500;
/** The message that a line announces stands within so many lines. */
const ANNOUNCED_WITHIN = 6;

const RAISED = /^[A-Za-z_][\w.]{0,200}(?:: |:?$)/;
const YAML_PLACE = /^\s*in "([^"]{1,300})", line (\d{1,9})/;
const YAML_PROBLEM = /^(?:expected |found |could not |did not )/;
const DBT_ERROR = /^(?:[A-Z][a-z]+ Error|Failure)(?: in |\s*$)/;
const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** Python says so of what it raised while it cleaned up. */
const IGNORED = /^Exception ignored in\b/;
/** uv and others draw the reason below what failed. */
const REASON_BELOW = /^\s*(?:╰─▶|└─▶|╰─>|-->)\s*(?=\S)(.+)$/;

/** Only announces the message, which stands in the same line or below. */
const ANNOUNCEMENT =
  /^(?:need help fixing this problem\?(?:.*?(?:slack community|troubleshooting steps[^.]{0,60})\.)?|encountered an error(?: [^:]{1,80})?:|thread '[^']{1,100}' (?:\(\d{1,10}\) )?panicked at \S{1,200}:\d+:\d+:)\s*/i;
/** Meltano ends the line after its level where the event begins with a line break. */
const EMPTY_EVENT = /\[(?:error|critical) *\]\s*$/i;
const MORE_ANNOUNCEMENT = /^\s*(?:$|visit |join our|or to|https?:|for troubleshooting)/i;

export interface FoundError {
  /** 1-based number of the line that says it. */
  readonly line: number;
  readonly message: string;
}

/** Looks for the error that ended the job, line by line, without keeping the log. */
export interface ErrorFinder {
  add(line: string): void;
  /** The best so far: what follows may make its message better, or show that the job survived it. */
  found(): FoundError | null;
  /** The lines of all errors that may still become it. */
  candidates(): readonly number[];
}

type Search =
  | { readonly step: 'looking' }
  /** In a traceback: the error is on the line that ends it. */
  | {
      readonly step: 'traceback';
      readonly source: string;
      /** pip indents the whole block. */
      readonly indent: string;
      readonly lines: number;
      /** Somebody logged it as no error. */
      readonly isQuiet: boolean;
      readonly isDoubtful: boolean;
      /** The error that only introduced it, or that it was raised from. */
      readonly replaces: Candidate | null;
    }
  /** The message stands below. */
  | { readonly step: 'announced'; readonly lines: number }
  /** Found; the lines after it may hold the place, or the rest of the message. */
  | { readonly step: 'refining'; readonly candidate: Candidate };

const LOOKING: Search = { step: 'looking' };

export function createErrorFinder(): ErrorFinder {
  const search = new ErrorSearch();
  return {
    add: (line) => search.add(line),
    found: () => search.found(),
    candidates: () => search.candidates.kept.map(({ line }) => line),
  };
}

class ErrorSearch {
  readonly candidates = new ErrorCandidates();
  #search: Search = LOOKING;
  #line = 0;
  /** The last line that was looked at. */
  #before: LogWords | null = null;
  #isChained = false;

  found(): FoundError | null {
    const best = this.candidates.best();
    return best && { line: best.line, message: formatMessage(best.message) };
  }

  add(line: string): void {
    this.#line += 1;
    const isIdle = this.#search.step === 'looking' && !this.candidates.isOpen(this.#line);
    if (isIdle && !mayBeError(line)) {
      this.#before = null;
      return;
    }
    const words = readLogWords(line);
    this.#search = this.#advance(words, line);
    if (words.text.trim() !== '') this.#before = words;
  }

  #advance(words: LogWords, line: string): Search {
    const search = this.#search;
    switch (search.step) {
      case 'looking':
        return this.#look(words, line);
      case 'traceback':
        return this.#followTraceback(search, words, line);
      case 'announced':
        return this.#readAnnounced(search.lines, words, line);
      case 'refining':
        return this.#refine(search.candidate, words) ?? this.#look(words, line);
    }
  }

  #look(words: LogWords, line: string): Search {
    const { level, text, source } = words;
    if (TRACEBACK.test(text)) return this.#beginTraceback(words);
    if (CHAINED.test(text)) {
      this.#isChained = true;
      return LOOKING;
    }
    if (tellsOfSurvival(text)) {
      // An error with words of its own about a retry stands for itself alone.
      if (level !== 'error' || beginsWithSurvival(text)) this.candidates.forgive(source, this.#line);
      return LOOKING;
    }
    const announced = this.#announce(words, line);
    if (announced !== null) return announced;
    if (level !== 'quiet' && mayBeError(line)) {
      const message = matchError(text) ?? (level === 'error' && isMessage(text) ? text : null);
      if (message !== null) return this.#find(message, words);
    }
    this.candidates.weigh(words, this.#line);
    return LOOKING;
  }

  /** Null for a line that announces nothing. */
  #announce(words: LogWords, line: string): Search | null {
    const text = words.text.trim();
    const announcement = words.level === 'quiet' ? null : ANNOUNCEMENT.exec(text);
    if (announcement !== null) {
      const rest = text.slice(announcement[0].length);
      const isRest = isMessage(rest) && !MORE_ANNOUNCEMENT.test(rest);
      return isRest ? this.#find(rest, words) : { step: 'announced', lines: 0 };
    }
    const isEmpty = words.level === 'error' && text === '' && EMPTY_EVENT.test(line);
    return isEmpty ? { step: 'announced', lines: 0 } : null;
  }

  #find(said: string, words: LogWords, { isBare = !words.isLoggedError } = {}): Search {
    const { level, source } = words;
    const text = keepWords(said);
    const candidate: Candidate = {
      line: this.#line,
      text,
      message: text,
      kind: classifyError(text),
      source: copyString(source),
      isPlain: level !== 'error',
      isRaised: EXCEPTION_CLASS.test(text),
      isBare,
      lastLine: this.#line,
      work: 0,
    };
    this.candidates.add(candidate);
    return { step: 'refining', candidate };
  }

  #beginTraceback({ level, text, source }: LogWords): Search {
    const before = this.#before;
    const { last } = this.candidates;
    // `log.exception("…")` writes its words right above the traceback, with the level of both.
    const isIntroduced = last !== null && last.source === source && this.#line - last.lastLine <= 2;
    const isAbove = before?.source === source;
    // `log.warning("…", exc_info=True)`: what follows shows whether it was survived.
    const isDoubtful = isAbove && before.level === 'quiet';
    const isQuiet = level === 'quiet' || (isAbove && IGNORED.test(before.text));
    const replaces = isIntroduced || this.#isChained ? last : null;
    this.#isChained = false;
    const indent = /^\s*/.exec(text)?.[0] ?? '';
    return { step: 'traceback', source, indent, lines: 0, isQuiet, isDoubtful, replaces };
  }

  #followTraceback(search: Extract<Search, { step: 'traceback' }>, words: LogWords, line: string): Search {
    const { source } = words;
    const text = words.text.startsWith(search.indent) ? words.text.slice(search.indent.length) : words.text;
    // Another plug-in's line in between.
    if (source !== search.source && source !== '' && search.source !== '') {
      const found = this.#look(words, line);
      return found.step === 'traceback' ? found : search;
    }
    if (TRACEBACK.test(text)) return { ...search, lines: 0 };
    if (TRACEBACK_LINE.test(text) && search.lines < LONGEST_TRACEBACK)
      return { ...search, lines: search.lines + 1 };
    if (!RAISED.test(text)) return this.#look(words, line);
    if (search.isQuiet) return LOOKING;
    const { replaces } = search;
    if (replaces !== null && isSummary(text)) {
      replaces.lastLine = this.#line;
      return LOOKING;
    }
    if (replaces !== null) this.candidates.remove(replaces);
    return this.#find(text, words, { isBare: search.isDoubtful });
  }

  #readAnnounced(lines: number, words: LogWords, line: string): Search {
    const { text, level } = words;
    if (TRACEBACK.test(text) || lines >= ANNOUNCED_WITHIN) return this.#look(words, line);
    if (MORE_ANNOUNCEMENT.test(text) || !isMessage(text)) return { step: 'announced', lines: lines + 1 };
    const said = matchError(text) ?? text.trim();
    return this.#find(said, { ...words, level: level ?? 'error', isLoggedError: true });
  }

  /**
   * Takes the place of a YAML error, what dbt says about its error, and a drawn reason, from the lines right after the first
   * one. Null if the line belongs to something else.
   */
  #refine(candidate: Candidate, { text: next, source, level }: LogWords): Search | null {
    if (source !== candidate.source && level !== 'error') return null;
    const { text } = candidate;
    const place = YAML_PLACE.exec(next);
    if (place !== null) {
      const where = `${shortenPath(place[1] ?? '')}:${place[2]}`;
      return this.#improve(candidate, `${where} ${text.replace(EXCEPTION_CLASS, '')}`, text);
    }
    if (YAML_PROBLEM.test(next) && text.includes('while ')) return this.#improve(candidate, next, next);
    const isDbt = DBT_ERROR.test(text) && /^\s+\S/.test(next);
    const reason = REASON_BELOW.exec(next)?.[1];
    // An exception that says what went wrong only below, as Snowflake's do.
    const isBegun = candidate.isRaised && text.endsWith(':') && level === null && isMessage(next);
    if (isDbt || isBegun || reason !== undefined) {
      const said = (reason ?? next).trim();
      const improved = this.#improve(candidate, `${candidate.message.replace(/:$/, '')}: ${said}`, text);
      // Snowflake says only in the next line what it is that it can't compile.
      return isDbt && said.endsWith(':') ? improved : LOOKING;
    }
    return null;
  }

  #improve(candidate: Candidate, message: string, text: string): Search {
    candidate.message = keepWords(message);
    candidate.text = keepWords(text);
    candidate.kind = classifyError(candidate.text);
    candidate.lastLine = this.#line;
    return { step: 'refining', candidate };
  }
}

/** A copy of what may be shown: a part of a line keeps its whole page of the log in memory. */
function keepWords(text: string): string {
  return copyString(sliceWhole(text.trim(), KEPT_WORDS));
}

/** Meltano names files by where the job checked them out, which says nothing to the reader: the name alone does. */
function shortenPath(path: string): string {
  return path.startsWith('/') ? path.slice(path.lastIndexOf('/') + 1) : path;
}

function formatMessage(text: string): string {
  // dbt draws dots from what it ran to how it went.
  const plain = text.replace(/ ?\.{4,}.{0,200}$/, '');
  const message = cleanInlineText(plain).replace(/\s+/g, ' ');
  return message.length <= LONGEST_MESSAGE
    ? message
    : `${sliceWhole(message, LONGEST_MESSAGE - 1).trimEnd()}…`;
}
