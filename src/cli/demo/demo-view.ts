import type { SandboxCheckRun } from '../../../sandbox/github/model.ts';
import { createBlockView } from './block-view.ts';
import { createLineView } from './line-view.ts';
import type { DemoPush } from './stage.ts';

/** What the person at the terminal sees of the acts. */
export interface DemoView {
  say(text: string): void;
  openAct(title: string): void;
  showPush(push: DemoPush): void;
  /** Somebody writes comments that lead to a check run on the commit. */
  showComment(comment: Pick<DemoPush, 'sha' | 'message'>): void;
  /** What the app says beside the check runs of deployments; `about`: the comment that it answers, or the file. */
  showAnswer(about: string, answer: string): void;
  /** Called with every version of a deployment's check run. */
  showRun(run: SandboxCheckRun): void;
  closeAct(): void;
}

/** A block that is drawn again and again on a terminal; elsewhere a line for every change. */
export function createDemoView(output: NodeJS.WriteStream): DemoView {
  return output.isTTY ? createBlockView(output) : createLineView(output);
}
