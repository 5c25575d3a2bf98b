import type { Dispatcher, QueueName } from '../domain/ports.ts';
import { chooseRetryDelay } from '../domain/retry-delay.ts';

type Handle = (key: string) => Promise<number | null>;

interface Entry {
  timer: NodeJS.Timeout | null;
  /** Epoch milliseconds of the next run; Infinity for none. */
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
    const entry = entries.get(id) ?? { timer: null, dueAt: Infinity, running: false, failures: 0 };
    entries.set(id, entry);
    if (dueAt >= entry.dueAt) return;
    entry.dueAt = dueAt;
    if (!entry.running) arm(queue, key, entry);
  }

  function arm(queue: QueueName, key: string, entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer);
    const start = () => {
      const running = run(queue, key, entry).finally(() => runs.delete(running));
      runs.add(running);
    };
    const wait = Math.max(0, entry.dueAt - Date.now());
    if (wait <= LONGEST_TIMER_MS) entry.timer = setTimeout(start, wait);
    else entry.timer = setTimeout(() => arm(queue, key, entry), LONGEST_TIMER_MS);
  }

  async function run(queue: QueueName, key: string, entry: Entry): Promise<void> {
    entry.timer = null;
    entry.running = true;
    entry.dueAt = Infinity;
    const delay = await handleOnce(queue, key, entry);
    entry.running = false;
    if (delay !== null) entry.dueAt = Math.min(entry.dueAt, Date.now() + delay);
    if (stopped || entry.dueAt === Infinity) entries.delete(`${queue} ${key}`);
    else arm(queue, key, entry);
  }

  async function handleOnce(queue: QueueName, key: string, entry: Entry): Promise<number | null> {
    try {
      const handle = handlers.get(queue);
      if (!handle) throw new Error(`Nothing handles the queue ${queue}.`);
      const delay = await handle(key);
      entry.failures = 0;
      return delay;
    } catch (error) {
      entry.failures += 1;
      onError(error, queue, key);
      return chooseRetryDelay(entry.failures, null, Math.random());
    }
  }

  return {
    handle: (queue, handle) => void handlers.set(queue, handle),
    wake: (queue, key, delayMs = 0) => schedule(queue, key, Date.now() + delayMs),
    async stop() {
      stopped = true;
      for (const entry of entries.values()) if (entry.timer) clearTimeout(entry.timer);
      entries.clear();
      await Promise.all(runs);
    },
  };
}
