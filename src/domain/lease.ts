/** The exclusive right of one instance to work on a key. */
export interface Lease {
  readonly queue: string;
  readonly key: string;
  /** Greater than in every earlier lease of the key. Writes with an old number are refused. */
  readonly fencing: number;
}

/** The instance was paused or disconnected for too long, and another one took over the key. Nothing was written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';

  constructor({ queue, key, fencing }: Lease) {
    super(`The lease ${fencing} of ${queue} ${key} is no longer held.`);
  }
}

/** Tracks the lease of the running code; null without one. */
export interface LeaseContext {
  current(): Lease | null;
  /** Runs `work` and all asynchronous work that it starts under the lease. */
  run<T>(lease: Lease | null, work: () => T): T;
}

/** The leases of all instances. Uses the database's clock, so the clocks of instances don't matter. */
export interface LeaseStore {
  /**
   * Takes a free lease. Returns null if an instance holds it. The holder learns of the wake-up with its next renewal or when
   * it gives the lease back.
   */
  claim(owner: string, queue: string, key: string): Promise<ClaimedLease | null>;
  /** Renews and returns the leases that `owner` still holds. `woken` is true if the key was woken since the last renewal. */
  renew(owner: string, held: readonly Lease[]): Promise<RenewedLease[]>;
  /** Returns false, and keeps the lease, if the key was woken meanwhile. */
  giveBack(lease: Lease): Promise<boolean>;
  /** Expires all leases of `owner` immediately. */
  abandon(owner: string): Promise<void>;
  /** Takes at most `limit` expired leases. */
  takeOver(owner: string, limit: number): Promise<TakenLease[]>;
  /** True if the lease is held and has not expired. */
  isHeld(lease: Lease): Promise<boolean>;
}

export interface RenewedLease extends Lease {
  readonly woken: boolean;
}

/** A lease whose holder stopped, died or was silent for too long. */
export interface TakenLease extends Lease {
  /** Milliseconds since the holder's last renewal or its stop. */
  readonly silentMs: number;
}

interface ClaimedLease extends Lease {
  /** As in `TakenLease`; null for a key without an earlier holder. */
  readonly silentMs: number | null;
}
