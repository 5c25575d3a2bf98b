import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Waits in milliseconds, or counts, by their name. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** Runs in the process of the simulated services, beside the app's process. */
export type Scenario = (sandbox: Sandbox, options: { readonly quick: boolean }) => Promise<Samples>;
