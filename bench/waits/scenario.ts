import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Milliseconds that were waited, or counts, by what they are of. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** One thing that people wait for, played in the process of the simulated services while the app runs in its own. */
export type Scenario = (sandbox: Sandbox, options: { readonly quick: boolean }) => Promise<Samples>;
