/** That one instance, and no other, does the work of a key. */
export interface Lease {
  readonly queue: string;
  readonly key: string;
  /** Greater than that of every earlier lease of the key: a write that carries an old number is refused. */
  readonly fencing: number;
}

/** The instance was too slow (paused, or cut off), and another one has the key now: nothing was written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';

  constructor({ queue, key, fencing }: Lease) {
    super(`The lease ${fencing} of ${queue} ${key} is not held any more.`);
  }
}

/** The lease on whose behalf the code that runs now does its work; null where none is needed. */
export interface LeaseContext {
  current(): Lease | null;
  /** Runs `work`, and whatever it awaits or begins, on behalf of the lease. */
  run<T>(lease: Lease | null, work: () => T): T;
}
