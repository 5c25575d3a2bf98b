import type { Dispatcher, QueueName } from '../domain/dispatcher.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';

type Handle = (key: string) => Promise<number | null>;

interface Entry {
  readonly queue: QueueName;
  readonly key: string;
  timer: NodeJS.Timeout | null;
  /** When the next run is due, by `performance.now()`; Infinity for none. */
  dueAt: number;
  running: boolean;
  /** Runs in a row that threw. */
  failures: number;
}

/** Node runs a timer of 25 days or more at once (milliseconds). */
const LONGEST_TIMER_MS = 3_600_000;

export interface InProcessOptions {
  /** A run threw; it is tried again by itself. */
  readonly onError: (error: unknown, queue: QueueName, key: string) => void;
}

/** Wake-ups for one process, in memory: lost with it, and made again from the store at the next start. */
export function createInProcessDispatcher({ onError }: InProcessOptions): Dispatcher {
  const handlers = new Map<QueueName, Handle>();
  const entries = new Map<string, Entry>();
  const runs = new Set<Promise<void>>();
  let stopped = false;

  function schedule(queue: QueueName, key: string, dueAt: number): void {
    if (stopped) return;
    const id = `${queue} ${key}`;
    const entry = entries.get(id) ?? {
      queue,
      key,
      timer: null,
      dueAt: Infinity,
      running: false,
      failures: 0,
    };
    entries.set(id, entry);
    if (dueAt >= entry.dueAt) return;
    entry.dueAt = dueAt;
    if (!entry.running) arm(entry);
  }

  function arm(entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer);
    const start = () => {
      entry.timer = null;
      const handle = handlers.get(entry.queue);
      // Without one it stays due: setting the handler arms it again.
      if (!handle) return;
      const running = run(entry, handle).finally(() => runs.delete(running));
      runs.add(running);
    };
    const wait = Math.max(0, entry.dueAt - performance.now());
    if (wait <= LONGEST_TIMER_MS) entry.timer = setTimeout(start, wait);
    else entry.timer = setTimeout(() => arm(entry), LONGEST_TIMER_MS);
  }

  async function run(entry: Entry, handle: Handle): Promise<void> {
    entry.running = true;
    entry.dueAt = Infinity;
    const delay = await handleOnce(entry, handle);
    entry.running = false;
    if (delay !== null) entry.dueAt = Math.min(entry.dueAt, performance.now() + delay);
    if (stopped || entry.dueAt === Infinity) entries.delete(`${entry.queue} ${entry.key}`);
    else arm(entry);
  }

  async function handleOnce(entry: Entry, handle: Handle): Promise<number | null> {
    try {
      const delay = await handle(entry.key);
      entry.failures = 0;
      return delay;
    } catch (error) {
      entry.failures += 1;
      onError(error, entry.queue, entry.key);
      return chooseRetryDelay(entry.failures, null, Math.random());
    }
  }

  return {
    handle(queue, handle) {
      handlers.set(queue, handle);
      for (const entry of entries.values()) if (entry.queue === queue && !entry.running) arm(entry);
    },
    wake: (queue, key, delayMs = 0) => schedule(queue, key, performance.now() + delayMs),
    async stop() {
      stopped = true;
      for (const entry of entries.values()) if (entry.timer) clearTimeout(entry.timer);
      entries.clear();
      await Promise.all(runs);
    },
  };
}
