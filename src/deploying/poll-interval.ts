export interface PollBounds {
  /** Milliseconds. */
  readonly min: number;
  readonly max: number;
}

/** A job that logged within this time is read as often as allowed (milliseconds). */
const LIVELY_MS = 30_000;

/**
 * How long to wait before a job is read again: the least while things change, then growing with the quiet until the
 * most. `random` (0 to 1) spreads the reads by a tenth, within the bounds.
 */
export function choosePollInterval(quietMs: number, bounds: PollBounds, random: number): number {
  const grown = quietMs <= LIVELY_MS ? bounds.min : bounds.min + quietMs - LIVELY_MS;
  const spread = grown * (0.95 + 0.1 * random);
  return Math.round(Math.min(bounds.max, Math.max(bounds.min, spread)));
}
