import type { DemoApp } from './demo-app.ts';
import type { ActView } from './demo-view.ts';
import type { Stage } from './stage.ts';

/** One feature at work. */
export interface Act {
  /** At most 75 characters, so that it stands in one line of a terminal. */
  readonly title: string;
  /** How many tracked pushes it makes, and how many jobs run on Meltano Cloud for it. */
  readonly pushes: number;
  readonly jobs: number;
  readonly play: (context: ActContext) => Promise<void>;
}

/** What an act works with; what came of it is at the simulated services. */
export interface ActContext {
  readonly stage: Stage;
  readonly view: ActView;
  readonly app: DemoApp;
  readonly signal: AbortSignal;
}

/** Acts that need no order are played side by side. */
export interface Scene {
  readonly title: string;
  readonly acts: readonly Act[];
}
