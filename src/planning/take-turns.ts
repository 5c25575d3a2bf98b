import { setTimeout as sleep } from 'node:timers/promises';
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
    const limit = new AbortController();
    const late = sleep(LONGEST_WAIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([untilRecorded(), late]);
    limit.abort();
  };
  return () => {
    last = last.then(wait);
    return last;
  };
}
