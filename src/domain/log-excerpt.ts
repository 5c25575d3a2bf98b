/**
 * The excerpt of a job's log: cleaned and redacted lines within a fixed budget. Contains the whole log (`omittedLines` is
 * 0) or its tail, and separately the error that ended the job with its surrounding lines.
 */
export interface LogExcerpt {
  /** The number of lines so far, including omitted ones. */
  readonly totalLines: number;
  /** The number of omitted lines before `tail`. */
  readonly omittedLines: number;
  readonly tail: readonly string[];
  readonly firstError: FirstError | null;
  /** The errors with a file of the project and a line, in order; at most 50, without duplicates. */
  readonly locatedErrors: readonly LocatedError[];
  /** The number of removed secrets. */
  readonly redactions: number;
  /** False if the log was not read to its end. */
  readonly complete: boolean;
}

export interface FirstError {
  /** 1-based line number in the log. */
  readonly line: number;
  /** One line without time stamp and level, for a title. */
  readonly message: string;
  /** The whole message, not cut to the length of a title. */
  readonly words: string;
  /** The surrounding lines in order. The first one is line `line - contextBefore`. */
  readonly context: readonly string[];
  readonly contextBefore: number;
}

export interface LocatedError {
  /** Relative to the workspace's directory, with `/`, without `.` and `..`. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based; null if the log names no column. */
  readonly column: number | null;
  /** One line of at most 1,024 bytes. */
  readonly message: string;
}
