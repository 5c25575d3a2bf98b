import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Measured {
  readonly ms: number;
  /** Of these, the milliseconds of garbage collection: what allocating costs. */
  readonly collectionMs: number;
}

/** The time of some work, without what prepares it. */
export async function measure(work: () => unknown): Promise<Measured> {
  let collectionMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collectionMs += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  // Entries are told of a little later.
  await sleep(50);
  observer.disconnect();
  return { ms, collectionMs };
}
