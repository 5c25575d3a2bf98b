const MAX_DELAY_MS = 60_000;
/** The longest wait between two tries unless the service asks for more (milliseconds). */
export const LONGEST_DELAY_MS = 1.2 * MAX_DELAY_MS;

/** The wait after the n-th failure in a row (n from 1): it doubles up to a minute. */
export function growDelay(failures: number, firstMs: number): number {
  return Math.min(MAX_DELAY_MS, firstMs * 2 ** Math.min(failures - 1, 10));
}

/**
 * Milliseconds to wait after the n-th failure in a row (n from 1): 1, 2, 4 … 60 s, spread by a fifth so that many
 * callers don't come back together. Never sooner than the service asked.
 */
export function chooseRetryDelay(
  failures: number,
  retryAfterMs: number | null,
  random: number,
  firstMs = 1_000,
): number {
  const grown = growDelay(failures, firstMs);
  return Math.max(Math.round(grown * (0.8 + 0.4 * random)), retryAfterMs ?? 0);
}
