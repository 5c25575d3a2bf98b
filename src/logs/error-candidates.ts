import type { Place } from './error-places.ts';
import { isProgress, isSummary, showsWork } from './error-signals.ts';
import type { LogWords } from './read-log-words.ts';

/** How many candidates to keep. */
const MOST_CANDIDATES = 4;
/** A line about a retry concerns errors at most this many lines above it. */
const REACH = 6;
/** This many lines without a level after an exception belong to its message. Later ones count as work. */
const LONGEST_EXCEPTION = 12;
/** The work after an error is counted up to this number of lines. */
const MUCH_WORK = 3;

/** How likely an error is the one that ended the job. */
const WEIGHTS = {
  cause: 3,
  /** dbt's line about a failed node. The reason follows at the end. */
  progress: 2,
  /** The line says that something failed, but not why. */
  summary: 1,
} as const;
/** Work continued after the error, so a summary at the end says more. */
const OUTLIVED = 0;

export interface Candidate {
  /** 1-based number of its line. */
  readonly line: number;
  /** The text of the error. */
  words: string;
  /** The text with the place and the reason, which may come from the lines below. */
  title: string;
  /** The text without the place. */
  message: string;
  /** Nearest to the error first. */
  places: readonly Place[];
  kind: keyof typeof WEIGHTS;
  readonly source: string;
  /** It has no level, so lines of work after it may have none either. */
  readonly isPlain: boolean;
  /** An exception, whose message may continue in the next lines. */
  readonly isRaised: boolean;
  /** Written without a logger, as by git and compilers. Jobs survive many of these errors. */
  readonly isBare: boolean;
  /** 1-based number of its last line so far. */
  lastLine: number;
  /** Later lines of the same source that show work. */
  work: number;
}

/** The errors that may have ended the job. */
export class ErrorCandidates {
  #all: Candidate[] = [];

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  get last(): Candidate | null {
    return this.#all.at(-1) ?? null;
  }

  get kept(): readonly Candidate[] {
    return this.#all;
  }

  add(candidate: Candidate): void {
    this.#all.push(candidate);
    if (this.#all.length <= MOST_CANDIDATES) return;
    const best = this.best();
    // The newest may still become the best, so an older one goes.
    const loser = this.#all.findIndex((one) => one !== best);
    this.#all.splice(loser, 1);
  }

  remove(candidate: Candidate): void {
    this.#all = this.#all.filter((one) => one !== candidate);
  }

  /** Removes errors that the job survived: the last one of the source and those right above it. */
  forgive(source: string, line: number): void {
    let limit = line - REACH;
    for (const one of this.#all.toReversed()) {
      if (one.source !== source) continue;
      if (one.lastLine < limit) return;
      this.remove(one);
      limit = one.line - 1;
    }
  }

  weigh(words: LogWords, line: number): void {
    for (const one of this.#all) {
      const isItsMessage = one.isRaised && words.level === null && line - one.lastLine <= LONGEST_EXCEPTION;
      if (isItsMessage) continue;
      if (one.source === words.source && one.work < MUCH_WORK && showsWork(words, one.isPlain)) one.work += 1;
    }
  }

  /** True while lines without errors can still change the best candidate. */
  isOpen(line: number): boolean {
    return this.#all.some((one) => one.work < MUCH_WORK || line - one.lastLine <= REACH);
  }

  /** The first of the last errors without work after them. A cause beats its consequences. */
  best(): Candidate | null {
    let best: Candidate | null = null;
    for (const one of this.#all) {
      const isBetter = best === null || weightOf(one) > weightOf(best);
      if (isBetter || (best && weightOf(one) === weightOf(best) && best.work > 0)) best = one;
    }
    return best;
  }
}

function weightOf({ kind, isBare, work }: Candidate): number {
  return kind !== 'progress' && work >= (isBare ? 1 : 2) ? OUTLIVED : WEIGHTS[kind];
}

export function classifyError(text: string): Candidate['kind'] {
  if (isProgress(text)) return 'progress';
  return isSummary(text) ? 'summary' : 'cause';
}
