import { type HeapProfiler, Session } from 'node:inspector/promises';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of allocations for each sample of them. */
const SAMPLING_INTERVAL = 16 * 1024;

export interface Measured {
  readonly ms: number;
  /** Of these, the milliseconds of garbage collection: what allocating costs. */
  readonly collectionMs: number;
  /** On the heap, kept or not; estimated from samples. */
  readonly allocatedBytes: number;
}

/** The time of some work, without what prepares it; then what it allocates, in a second run, since counting takes time. */
export async function measure(work: () => unknown): Promise<Measured> {
  let collectionMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collectionMs += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  // Observers get entries a little later.
  await sleep(50);
  observer.disconnect();
  return { ms, collectionMs, allocatedBytes: await countAllocations(work) };
}

async function countAllocations(work: () => unknown): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: SAMPLING_INTERVAL,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    await work();
    const { profile } = await session.post('HeapProfiler.stopSampling');
    return sumSizes(profile.head);
  } finally {
    session.disconnect();
  }
}

function sumSizes({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + sumSizes(child), selfSize);
}
