import type { DemoApp } from './demo-app.ts';
import type { ActView } from './demo-view.ts';
import type { Stage } from './stage.ts';

/** One feature at work. */
export interface Act {
  /** At most 75 characters, so that it fits into one line of a terminal. */
  readonly title: string;
  /** Tracked pushes, and jobs on Meltano Cloud. */
  readonly pushes: number;
  readonly jobs: number;
  readonly play: (context: ActContext) => Promise<void>;
}

/** What an act works with. Its results are at the simulated services. */
export interface ActContext {
  readonly stage: Stage;
  readonly view: ActView;
  readonly app: DemoApp;
  readonly signal: AbortSignal;
}

/** Acts that are played at the same time. */
export interface Scene {
  readonly title: string;
  readonly acts: readonly Act[];
}
