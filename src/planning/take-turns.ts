import type { DeliveryStore } from '../domain/delivery-store.ts';

/** Planning waits for deliveries that come without a pause no longer than this (milliseconds): it goes on at this pace. */
const LONGEST_WAIT_MS = 50;

/**
 * Turns for callers, one after the other. Each begins when no delivery waits to be stored: GitHub waits for its answer, and
 * planning can wait.
 */
export function createTurns({ untilRecorded }: Pick<DeliveryStore, 'untilRecorded'>): () => Promise<void> {
  let last = Promise.resolve();
  const wait = async () => {
    // Requests that have come already are read first.
    await new Promise((resolve) => setImmediate(resolve));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LONGEST_WAIT_MS);
    await Promise.race([untilRecorded(), late]);
    clearTimeout(timer);
  };
  return () => {
    last = last.then(wait);
    return last;
  };
}
