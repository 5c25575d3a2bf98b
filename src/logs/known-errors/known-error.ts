/** How to recognise a known error. Patterns have no unbounded repetition, so they take linear time. */
export interface Condition {
  /** Must match the error's message or its line in the log. */
  readonly says: RegExp;
  /** Must match the lines around the error too. */
  readonly near?: RegExp;
  /** Must not match the lines around the error. */
  readonly unless?: RegExp;
}

/** An error with a known cause and remedy. Cause and advice are our own Markdown, without text from the log. */
export interface KnownError {
  readonly code: string;
  /** An example of a line, for the documentation. */
  readonly prints: string;
  /** At least one must match. */
  readonly when: readonly Condition[];
  /** What went wrong: one sentence. */
  readonly cause: string;
  /** What to do: sentences for a person who edits the project. */
  readonly advice: string;
  /** Only if the same job would probably succeed if it ran again: what failed, in a few words that begin a title. */
  readonly transient?: string;
}

/** In the lines around the error: it is in the build of a package, which has its own environment. */
export const IN_BUILD =
  /This error originates from a subprocess|\[end of output\]|hint: This usually indicates a problem with the package|The build backend returned an error/;

/** pip's and uv's words for a failed build. The reason is above or below. */
export const BUILD_FAILED =
  /subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure|did not run successfully|[Ff]ailed (?:to build|building wheel)|Command errored out with exit status 1/;
