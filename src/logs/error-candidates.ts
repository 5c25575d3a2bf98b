import type { Place } from './error-places.ts';
import { isProgress, isSummary, showsWork } from './error-signals.ts';
import type { LogWords } from './read-log-words.ts';

/** So many are kept; of more, those that can still become the error. */
const MOST_CANDIDATES = 4;
/** Words about a retry count for an error so many lines above them. */
const REACH = 6;
/** The message of an exception may go on for so many lines without a level; what comes then is work. */
const LONGEST_EXCEPTION = 12;
/** More work needn't be counted. */
const MUCH_WORK = 3;

/** What an error is worth as the one that ended the job. */
const WEIGHTS = {
  cause: 3,
  /** dbt says so of a node, and why at the end. */
  progress: 2,
  /** That something failed, and not why. */
  summary: 1,
} as const;
/** The work went on after it: a summary at the end says more about the end. */
const OUTLIVED = 0;

export interface Candidate {
  /** 1-based number of the line that says it. */
  readonly line: number;
  /** The words of its line, or of what it turned out to be. */
  words: string;
  /** Those, its place, and what the lines below say. */
  title: string;
  /** What is wrong, without the place. */
  message: string;
  /** The nearest first; none where the log names none. */
  places: readonly Place[];
  kind: keyof typeof WEIGHTS;
  readonly source: string;
  /** Neither it nor what follows it needs a level. */
  readonly isPlain: boolean;
  /** An exception: the next lines may be its message's. */
  readonly isRaised: boolean;
  /** A message without a logger, as git and compilers write it: many of their errors are no harm. */
  readonly isBare: boolean;
  /** The number of its last line so far. */
  lastLine: number;
  /** Lines of the same source that show that the work went on. */
  work: number;
}

/** The errors of a log that may be the one that ended the job. */
export class ErrorCandidates {
  #all: Candidate[] = [];

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  get last(): Candidate | null {
    return this.#all.at(-1) ?? null;
  }

  /** All that may still become the error. */
  get kept(): readonly Candidate[] {
    return this.#all;
  }

  add(candidate: Candidate): void {
    this.#all.push(candidate);
    if (this.#all.length <= MOST_CANDIDATES) return;
    const best = this.best();
    // Of those before the newest, the one that lost to all others goes.
    const loser = this.#all.findIndex((one) => one !== best);
    this.#all.splice(loser, 1);
  }

  remove(candidate: Candidate): void {
    this.#all = this.#all.filter((one) => one !== candidate);
  }

  /** Takes away what was survived: the source's last error in the lines before, and those right above it. */
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

  /** True while more lines can change which one it is, without being errors themselves. */
  isOpen(line: number): boolean {
    return this.#all.some((one) => one.work < MUCH_WORK || line - one.lastLine <= REACH);
  }

  /** The first one of the last errors that nothing was done after; a cause before its consequences. */
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

/** What the words of an error are. */
export function classifyError(text: string): Candidate['kind'] {
  if (isProgress(text)) return 'progress';
  return isSummary(text) ? 'summary' : 'cause';
}
