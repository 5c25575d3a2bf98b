import { type Lease, type LeaseContext, LeaseLost } from '../domain/lease.ts';

/** The installations whose check runs this instance writes, and the leases that say so. */
export class WriterLeases {
  readonly #leases: LeaseContext;
  readonly #held = new Map<number, Lease>();

  constructor(leases: LeaseContext) {
    this.#leases = leases;
  }

  hold(installationId: number, lease: Lease): void {
    this.#held.set(installationId, lease);
  }
  drop(installationId: number): void {
    this.#held.delete(installationId);
  }

  /** Runs a write on behalf of the installation's lease; throws `LeaseLost` where it isn't held here. */
  readonly onBehalf = async <T>(installationId: number, work: () => Promise<T>): Promise<T> => {
    const lease = this.#held.get(installationId);
    if (!lease) throw new LeaseLost({ queue: 'writer', key: String(installationId), fencing: 0 });
    return this.#leases.run(lease, work);
  };
}
