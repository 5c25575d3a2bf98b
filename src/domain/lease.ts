/** One instance, and no other, does the work of a key. */
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

/** The lease that the running code works under; null if it needs none. */
export interface LeaseContext {
  current(): Lease | null;
  /** Runs `work`, and everything that it awaits or begins, under the lease. */
  run<T>(lease: Lease | null, work: () => T): T;
}

/** The leases of all instances; times are those of the database, so that no instance's clock matters. */
export interface LeaseStore {
  /**
   * Takes a free lease. Null if an instance holds it: the holder learns, by its next renewal or
   * when it gives the lease back, that the key was woken.
   */
  claim(owner: string, queue: string, key: string): Promise<ClaimedLease | null>;
  /** Renews the leases that `owner` still holds, and says which keys were woken since the last time. */
  renew(owner: string, held: readonly Lease[]): Promise<RenewedLease[]>;
  /** False when the key was woken meanwhile: the lease is still held, and there is more to do. */
  giveBack(lease: Lease): Promise<boolean>;
  /** Lets all leases of `owner` expire at once. */
  abandon(owner: string): Promise<void>;
  /** Takes at most `limit` leases whose holders were silent for too long. */
  takeOver(owner: string, limit: number): Promise<TakenLease[]>;
  /** Whether a lease is held and has not expired. */
  isHeld(lease: Lease): Promise<boolean>;
}

export interface RenewedLease extends Lease {
  readonly woken: boolean;
}

/** One whose holder stopped, died or fell silent. */
export interface TakenLease extends Lease {
  /** Milliseconds since that holder was last heard of (its last renewal, or that it stopped): the work may not have been done. */
  readonly silentMs: number;
}

interface ClaimedLease extends Lease {
  /** As for a lease that was taken over; null for a key without an earlier holder. */
  readonly silentMs: number | null;
}
