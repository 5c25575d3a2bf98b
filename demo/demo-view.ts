import type { SandboxCheckRun } from '../sandbox/github/check-model.ts';

/** A commit that a check run will be on, and what somebody did to it. */
export interface ShownCommit {
  readonly sha: string;
  readonly message: string;
}

/** What the person at the terminal sees of one act. */
export interface ActView {
  showPush(push: ShownCommit): void;
  /** Somebody asks for something that leads to a check run on the commit. */
  showRequest(request: ShownCommit): void;
  /** What happens beside the check runs of deployments; `about`: the comment that it answers, the file, the app. */
  showAnswer(about: string, answer: string): void;
}

export interface DemoView {
  say(text: string): void;
  /** Acts that are played side by side; a view for each. */
  openScene(title: string, acts: readonly string[]): ActView[];
  /** Called with every version of a deployment's check run; it belongs to the act that showed its commit last. */
  showRun(run: SandboxCheckRun): void;
  closeScene(): void;
}
