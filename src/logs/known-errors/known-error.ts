/** When an error is the known one. Patterns have no unbounded repetition: they take linear time. */
export interface Condition {
  /** Must match the error's message or its line in the log. */
  readonly says: RegExp;
  /** Must match the lines around the error too. */
  readonly near?: RegExp;
  /** Must not match the lines around the error. */
  readonly unless?: RegExp;
}

/** An error whose cause and cure are known. Cause and advice are Markdown of our own, with nothing from the log. */
export interface KnownError {
  readonly code: string;
  /** A line that it explains, for the documentation. */
  readonly prints: string;
  /** One of them has to hold. */
  readonly when: readonly Condition[];
  /** What went wrong: one sentence. */
  readonly cause: string;
  /** What to do: sentences for someone who edits the project. */
  readonly advice: string;
  /** The same job would probably succeed if it ran again. */
  readonly isTransient?: true;
}

/** In the lines around: the error is in the build of a package, in an environment of its own. */
export const IN_BUILD =
  /This error originates from a subprocess|\[end of output\]|hint: This usually indicates a problem with the package|The build backend returned an error/;

/** pip's and uv's words for a build that failed. The reason stands above or below. */
export const BUILD_FAILED =
  /subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure|did not run successfully|[Ff]ailed (?:to build|building wheel)|Command errored out with exit status 1/;
