import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';

/** A commit that gets a check run, and what a person did. */
export interface ShownCommit {
  readonly sha: string;
  readonly message: string;
}

/** Shows one act to the person at the terminal. */
export interface ActView {
  showPush(push: ShownCommit): void;
  /** A request that leads to a check run on the commit. */
  showRequest(request: ShownCommit): void;
  /** Everything except the check runs of deployments. `about` is a comment, a file or the app. */
  showAnswer(about: string, answer: string): void;
}

export interface DemoView {
  say(text: string): void;
  /** Returns a view for each act. */
  openScene(title: string, acts: readonly string[]): ActView[];
  /** Shows a new version of a deployment's check run in the act that showed its commit last. */
  showRun(run: SandboxCheckRun): void;
  closeScene(): void;
}
