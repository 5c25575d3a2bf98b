export type QueueName =
  | 'plan'
  | 'workspace'
  | 'log'
  | 'writer'
  | 'sweep'
  | 'command'
  | 'comment'
  | 'issue'
  | 'notification'
  | 'setup'
  | 'environment'
  | 'project'
  | 'required'
  | 'pipelines';

export interface Waker {
  /** Runs the key after `delayMs`, or earlier if it already has an earlier wake-up. */
  wake(queue: QueueName, key: string, delayMs?: number): void;
}

/**
 * Runs the handler of a queue for a key, never concurrently for the same key. A wake-up during a run causes another run. A
 * lost or repeated wake-up does no harm, because the store holds the work.
 */
export interface Dispatcher extends Waker {
  /**
   * `handle` returns the delay until the next run in milliseconds, or null if there is nothing to do. Earlier wake-ups wait
   * for the handler. Set all handlers of a process together.
   */
  handle(queue: QueueName, handle: (key: string) => Promise<number | null>): void;
  /** Stops taking work and waits for running handlers. */
  stop(): Promise<void>;
}
