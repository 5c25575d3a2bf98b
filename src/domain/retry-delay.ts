const MAX_DELAY_MS = 60_000;
/** The longest delay between two attempts, unless the service requests more. */
export const LONGEST_DELAY_MS = 1.2 * MAX_DELAY_MS;

/** The delay after the n-th failure in a row (n from 1), which doubles up to `longestMs`. */
export function growDelay(failures: number, firstMs: number, longestMs = MAX_DELAY_MS): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));
}

/**
 * The delay in milliseconds after the n-th failure in a row (n from 1): 1, 2, 4 … 60 s. Varies by a fifth (`random` is 0 to
 * 1), so callers don't retry together. Never shorter than `retryAfterMs`.
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
