const MAX_DELAY_MS = 60_000;
/** The longest wait between two tries when nobody asked for more (milliseconds). */
export const LONGEST_DELAY_MS = 1.2 * MAX_DELAY_MS;

/**
 * Milliseconds to wait after the n-th failure in a row (n from 1): 1, 2, 4 … 60 s, spread by a fifth so that many
 * callers don't come back together; never sooner than the service asked.
 */
export function chooseRetryDelay(failures: number, retryAfterMs: number | null, random: number): number {
  const grown = Math.min(MAX_DELAY_MS, 1_000 * 2 ** Math.min(failures - 1, 10));
  return Math.max(Math.round(grown * (0.8 + 0.4 * random)), retryAfterMs ?? 0);
}
