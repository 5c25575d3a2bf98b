import type { LocatedError } from '../domain/log-excerpt.ts';
import { cleanInlineText, copyString, sliceWhole } from './clean-log-line.ts';
import { DbtReader, SqlfluffReader } from './error-blocks.ts';
import { type Candidate, classifyError, ErrorCandidates } from './error-candidates.ts';
import {
  ANNOUNCEMENT,
  CHAINED,
  EMPTY_EVENT,
  EXCEPTION_CLASS,
  IGNORED,
  isMessage,
  MORE_ANNOUNCEMENT,
  matchError,
  mayBeError,
  RAISED,
  TRACEBACK,
  TRACEBACK_LINE,
} from './error-patterns.ts';
import {
  formatPlace,
  mayNamePlace,
  type Place,
  type PlacedError,
  readFrame,
  readPlacedError,
  readYamlPlace,
} from './error-places.ts';
import { beginsWithSurvival, isSummary, reportsSurvival } from './error-signals.ts';
import { mayBeProjectPath, ProjectErrors } from './project-errors.ts';
import { type LogWords, readLogWords } from './read-log-words.ts';
import { keepWords, refineError } from './refine-error.ts';

/** Longest title, in UTF-16 code units. */
const LONGEST_TITLE = 120;
/** A longer traceback isn't one. */
const LONGEST_TRACEBACK = 500;
/** Frames of a traceback that are kept. */
const MOST_FRAMES = 5;
/** An announced message follows within this many lines. */
const ANNOUNCED_WITHIN = 6;

export interface FoundError {
  /** 1-based number of its line. */
  readonly line: number;
  readonly message: string;
  /** The message, not cut to the length of a title. */
  readonly words: string;
}

type Search =
  | { readonly step: 'looking' }
  /** In a traceback. The line with the error ends it. */
  | {
      readonly step: 'traceback';
      readonly source: string;
      /** pip indents the whole block. */
      readonly indent: string;
      readonly lines: number;
      /** Frames that may be in the project, nearest to the error first. */
      readonly frames: readonly Place[];
      /** It was logged as a warning, or Python ignores it. */
      readonly isQuiet: boolean;
      readonly isDoubtful: boolean;
      /** An earlier error that introduced this one or caused it. */
      readonly replaces: Candidate | null;
    }
  /** The message follows. */
  | { readonly step: 'announced'; readonly lines: number }
  /** Found an error. The next lines may contain its place, or the rest of its message. */
  | { readonly step: 'refining'; readonly candidate: Candidate };

const LOOKING: Search = { step: 'looking' };

interface FindDetails {
  readonly isBare?: boolean;
  readonly placed?: PlacedError | null;
  /** Default: the current line. */
  readonly line?: number;
}

/**
 * Recognises the errors of a log line by line, each with its line, its message and its places. The best one becomes the
 * title; those in files of the project become annotations. Takes linear time and a bounded amount of memory.
 */
export class ErrorRecogniser {
  readonly #candidates = new ErrorCandidates();
  readonly #project = new ProjectErrors();
  readonly #sqlfluff = new SqlfluffReader();
  readonly #dbt = new DbtReader();
  #search: Search = LOOKING;
  #line = 0;
  /** The line before; a string if it wasn't parsed. */
  #before: LogWords | string = '';
  #isChained = false;

  /** The error that ended the job, according to the log so far. */
  found(): FoundError | null {
    const best = this.#candidates.best();
    return best && { line: best.line, message: formatTitle(best.title), words: best.title };
  }

  /** The lines of all errors that may still turn out to be that error. */
  candidates(): readonly number[] {
    return this.#candidates.kept.map(({ line }) => line);
  }

  /** The errors in files of the project, in order. */
  located(): LocatedError[] {
    const open = this.#search.step === 'refining' ? this.#search.candidate : null;
    return this.#project.list([this.#sqlfluff.open, open].filter((one) => one !== null));
  }

  add(line: string): void {
    this.#line += 1;
    this.#project.readRoot(line);
    if (this.#isIdle() && !mayBeError(line) && !mayNamePlace(line)) {
      this.#before = line;
      return;
    }
    const words = readLogWords(line);
    for (const error of [this.#dbt.add(words), this.#sqlfluff.add(words)]) this.#keep(error);
    this.#search = this.#advance(words, line);
    if (words.text.trim() !== '') this.#before = words;
  }

  /** True if a line without an error changes nothing. */
  #isIdle(): boolean {
    const isOpen = this.#dbt.isOpen || this.#sqlfluff.open !== null || this.#candidates.isOpen(this.#line);
    return this.#search.step === 'looking' && !isOpen;
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
        return this.#refine(search, words) ?? this.#look(words, line);
    }
  }

  /** Null if the line belongs to something else. */
  #refine(search: Extract<Search, { step: 'refining' }>, words: LogWords): Search | null {
    const { candidate } = search;
    const refined = refineError(candidate, words);
    if (refined !== 'other') candidate.lastLine = this.#line;
    if (refined === 'more') return search;
    this.#keep(candidate);
    return refined === 'done' ? LOOKING : null;
  }

  #keep(error: PlacedError | null): void {
    if (error !== null && error.places.length > 0) this.#project.keep(error);
  }

  #look(words: LogWords, line: string): Search {
    const { level, text, source } = words;
    if (TRACEBACK.test(text)) return this.#beginTraceback(words);
    if (CHAINED.test(text)) {
      this.#isChained = true;
      return LOOKING;
    }
    const placed = readPlacedError(words);
    if (reportsSurvival(text)) {
      // If an error mentions its own retry, that says nothing about earlier errors.
      if (level !== 'error' || beginsWithSurvival(text)) this.#candidates.forgive(source, this.#line);
      this.#keep(placed);
      return LOOKING;
    }
    const announced = this.#announce(words, line) ?? this.#readYamlBelow(words);
    if (announced !== null) return announced;
    if (level !== 'quiet' && mayBeError(line)) {
      const message = matchError(text) ?? (level === 'error' && isMessage(text) ? text : null);
      if (message !== null) return this.#find(message, words, { placed });
    }
    this.#keep(placed);
    this.#candidates.weigh(words, this.#line);
    return LOOKING;
  }

  /** `in "meltano.yml", line 3` makes the line before it an error, whatever its text. */
  #readYamlBelow(words: LogWords): Search | null {
    const yaml = words.level === 'quiet' ? null : readYamlPlace(words.text);
    if (yaml === null || yaml.before !== '') return null;
    const before = typeof this.#before === 'string' ? readLogWords(this.#before) : this.#before;
    const isMeant = before.source === words.source && before.level !== 'quiet';
    if (!isMeant || !isMessage(before.text) || readYamlPlace(before.text) !== null) return null;
    return this.#refine(this.#find(before.text, before, { line: this.#line - 1 }), words);
  }

  /** Null if the line announces nothing. */
  #announce(words: LogWords, line: string): Search | null {
    const text = words.text.trim();
    const announcement = words.level === 'quiet' ? null : ANNOUNCEMENT.exec(text);
    if (announcement !== null) {
      const rest = text.slice(announcement[0].length);
      const isRest = isMessage(rest) && !MORE_ANNOUNCEMENT.test(rest);
      return isRest
        ? this.#find(rest, words, { placed: readPlacedError({ ...words, text: rest }) })
        : { step: 'announced', lines: 0 };
    }
    const isEmpty = words.level === 'error' && text === '' && EMPTY_EVENT.test(line);
    return isEmpty ? { step: 'announced', lines: 0 } : null;
  }

  #find(
    said: string,
    words: LogWords,
    { isBare = !words.isLoggedError, placed = null, line = this.#line }: FindDetails = {},
  ): Extract<Search, { step: 'refining' }> {
    const { level, source } = words;
    const text = keepWords(said);
    const yaml = readYamlPlace(said);
    const candidate: Candidate = {
      line,
      words: text,
      title: yaml?.before ? keepWords(`${formatPlace(yaml.place)} ${yaml.before}`) : text,
      message: placed === null ? text : keepWords(placed.message),
      places: placed?.places ?? [],
      kind: classifyError(text),
      source: copyString(source),
      isPlain: level !== 'error',
      isRaised: EXCEPTION_CLASS.test(text),
      isBare,
      lastLine: this.#line,
      work: 0,
    };
    this.#candidates.add(candidate);
    this.#dbt.begin(candidate);
    return { step: 'refining', candidate };
  }

  #beginTraceback({ level, text, source }: LogWords): Search {
    const before = typeof this.#before === 'string' ? null : this.#before;
    const { last } = this.#candidates;
    // `log.exception("…")` writes its message right above the traceback.
    const isIntroduced = last !== null && last.source === source && this.#line - last.lastLine <= 2;
    const isAbove = before?.source === source;
    // `log.warning("…", exc_info=True)`: the next lines show if the job survived it.
    const isDoubtful = isAbove && before.level === 'quiet';
    const isQuiet = level === 'quiet' || (isAbove && IGNORED.test(before.text));
    const replaces = isIntroduced || this.#isChained ? last : null;
    this.#isChained = false;
    const indent = /^\s*/.exec(text)?.[0] ?? '';
    return { step: 'traceback', source, indent, lines: 0, frames: [], isQuiet, isDoubtful, replaces };
  }

  #followTraceback(search: Extract<Search, { step: 'traceback' }>, words: LogWords, line: string): Search {
    const { source } = words;
    const text = words.text.startsWith(search.indent) ? words.text.slice(search.indent.length) : words.text;
    // A line of another plug-in.
    if (source !== search.source && source !== '' && search.source !== '') {
      const found = this.#look(words, line);
      if (found.step === 'refining') this.#keep(found.candidate);
      return found.step === 'traceback' ? found : search;
    }
    if (TRACEBACK.test(text)) return { ...search, lines: 0, frames: [] };
    if (TRACEBACK_LINE.test(text) && search.lines < LONGEST_TRACEBACK)
      return { ...search, lines: search.lines + 1, frames: addFrame(search.frames, text) };
    if (!RAISED.test(text)) return this.#look(words, line);
    if (search.isQuiet) return LOOKING;
    const { replaces, frames: places } = search;
    if (replaces !== null && isSummary(text)) {
      replaces.lastLine = this.#line;
      this.#keep({ places, message: replaces.message });
      return LOOKING;
    }
    if (replaces !== null) this.#candidates.remove(replaces);
    return this.#find(text, words, { isBare: search.isDoubtful, placed: { places, message: text } });
  }

  #readAnnounced(lines: number, words: LogWords, line: string): Search {
    const { text, level } = words;
    if (TRACEBACK.test(text) || lines >= ANNOUNCED_WITHIN) return this.#look(words, line);
    if (MORE_ANNOUNCEMENT.test(text) || !isMessage(text)) return { step: 'announced', lines: lines + 1 };
    const said = matchError(text) ?? text.trim();
    const logged: LogWords = { ...words, level: level ?? 'error', isLoggedError: true };
    return this.#find(said, logged, { placed: readPlacedError(logged) });
  }
}

function addFrame(frames: readonly Place[], text: string): readonly Place[] {
  const place = readFrame(text);
  return place !== null && mayBeProjectPath(place.path) ? [place, ...frames].slice(0, MOST_FRAMES) : frames;
}

function formatTitle(text: string): string {
  // dbt fills the line with dots up to the outcome.
  const plain = text.replace(/ ?\.{4,}.{0,200}$/, '');
  const message = cleanInlineText(plain).replace(/\s+/g, ' ');
  return message.length <= LONGEST_TITLE ? message : `${sliceWhole(message, LONGEST_TITLE - 1).trimEnd()}…`;
}
