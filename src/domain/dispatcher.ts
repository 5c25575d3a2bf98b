export type QueueName =
  | 'plan'
  | 'workspace'
  | 'log'
  | 'writer'
  | 'sweep'
  | 'command'
  | 'comment'
  | 'environment';

export interface Waker {
  /** An earlier wake-up that is already due stays; a later one is brought forward. */
  wake(queue: QueueName, key: string, delayMs?: number): void;
}

/**
 * Wakes up the taker of a key, never twice at once for one key; a wake-up during a run makes one more run. A lost or
 * repeated wake-up does no harm: what is to be done is in the store.
 */
export interface Dispatcher extends Waker {
  /**
   * `handle` returns in how many milliseconds to look again, or null for "nothing to do". What was woken before waits for
   * it; all handlers of a process are set together.
   */
  handle(queue: QueueName, handle: (key: string) => Promise<number | null>): void;
  /** Takes no more work and waits for what runs. */
  stop(): Promise<void>;
}
