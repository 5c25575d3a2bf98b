/** How long a test waits for a state (milliseconds). Only a failing test waits so long, and a busy machine must not fail one. */
export const PATIENCE = { timeout: 120_000, interval: 20 };
