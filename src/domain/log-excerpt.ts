/**
 * What is kept of a job's log: cleaned and redacted lines within a fixed budget. Either the whole log
 * (`omittedLines` 0) or its tail, with the error that ended the job and its surroundings kept beside it.
 */
export interface LogExcerpt {
  /** Lines of the log so far, the omitted ones included. */
  readonly totalLines: number;
  /** Lines before `tail` that are not kept. */
  readonly omittedLines: number;
  readonly tail: readonly string[];
  readonly firstError: FirstError | null;
  /** The errors that name a file of the project and a line in it, in order; at most 50, none twice. */
  readonly locatedErrors: readonly LocatedError[];
  /** How many secrets were taken out. */
  readonly redactions: number;
  /** False when the log could not be read to its end. */
  readonly complete: boolean;
}

export interface FirstError {
  /** 1-based line number in the log. */
  readonly line: number;
  /** The error in one line, without time stamp and level: what a title can show. */
  readonly message: string;
  /** The lines around it, in order; the first one is line `line - contextBefore`. */
  readonly context: readonly string[];
  readonly contextBefore: number;
}

export interface LocatedError {
  /** Relative to the workspace's directory, with `/`, without `.` and `..`. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based; null where the log names none. */
  readonly column: number | null;
  /** In one line, at most 1,024 bytes. */
  readonly message: string;
}
