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

/** Node fires timers of 25 days or more immediately. */
const LONGEST_TIMER_MS = 3_600_000;

export interface InProcessOptions {
  /** Called when a run throws. The dispatcher retries it. */
  readonly onError: (error: unknown, queue: QueueName, key: string) => void;
}

/** Wake-ups of one process, in memory. After a restart, the app creates them again from the store. */
export class InProcessDispatcher implements Dispatcher {
  readonly #onError: InProcessOptions['onError'];
  readonly #handlers = new Map<QueueName, Handle>();
  readonly #entries = new Map<string, Entry>();
  readonly #runs = new Set<Promise<void>>();
  #stopped = false;

  constructor({ onError }: InProcessOptions) {
    this.#onError = onError;
  }

  handle(queue: QueueName, handle: Handle): void {
    this.#handlers.set(queue, handle);
    for (const entry of this.#entries.values()) {
      if (entry.queue === queue && !entry.running) this.#arm(entry);
    }
  }

  wake(queue: QueueName, key: string, delayMs = 0): void {
    if (this.#stopped) return;
    const dueAt = performance.now() + delayMs;
    const id = `${queue} ${key}`;
    const entry = this.#entries.get(id) ?? {
      queue,
      key,
      timer: null,
      dueAt: Infinity,
      running: false,
      failures: 0,
    };
    this.#entries.set(id, entry);
    if (dueAt >= entry.dueAt) return;
    entry.dueAt = dueAt;
    if (!entry.running) this.#arm(entry);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const entry of this.#entries.values()) if (entry.timer) clearTimeout(entry.timer);
    this.#entries.clear();
    await Promise.all(this.#runs);
  }

  #arm(entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer);
    const start = () => {
      entry.timer = null;
      const handle = this.#handlers.get(entry.queue);
      // The entry stays due until `handle` arms it again.
      if (!handle) return;
      const running = this.#run(entry, handle).finally(() => this.#runs.delete(running));
      this.#runs.add(running);
    };
    const wait = Math.max(0, entry.dueAt - performance.now());
    if (wait <= LONGEST_TIMER_MS) entry.timer = setTimeout(start, wait);
    else entry.timer = setTimeout(() => this.#arm(entry), LONGEST_TIMER_MS);
  }

  async #run(entry: Entry, handle: Handle): Promise<void> {
    entry.running = true;
    entry.dueAt = Infinity;
    const delay = await this.#handleOnce(entry, handle);
    entry.running = false;
    if (delay !== null) entry.dueAt = Math.min(entry.dueAt, performance.now() + delay);
    if (this.#stopped || entry.dueAt === Infinity) this.#entries.delete(`${entry.queue} ${entry.key}`);
    else this.#arm(entry);
  }

  async #handleOnce(entry: Entry, handle: Handle): Promise<number | null> {
    try {
      const delay = await handle(entry.key);
      entry.failures = 0;
      return delay;
    } catch (error) {
      entry.failures += 1;
      this.#onError(error, entry.queue, entry.key);
      return chooseRetryDelay(entry.failures, null, Math.random());
    }
  }
}
