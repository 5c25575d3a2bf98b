import { type Lease, type LeaseContext, LeaseLost } from '../domain/lease.ts';

/** The leases for writing check runs that this instance holds, by installation. */
export class InstallationLeases {
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
  /** False after a write found that the lease was lost. */
  has(installationId: number, lease: Lease): boolean {
    return this.#held.get(installationId)?.fencing === lease.fencing;
  }

  /** Runs a write under the installation's lease; throws `LeaseLost` if this instance doesn't hold it. */
  readonly withLease = async <T>(installationId: number, work: () => Promise<T>): Promise<T> => {
    const lease = this.#held.get(installationId);
    if (!lease) throw new LeaseLost({ queue: 'writer', key: String(installationId), fencing: 0 });
    try {
      return await this.#leases.run(lease, work);
    } catch (error) {
      if (error instanceof LeaseLost && this.has(installationId, lease)) this.drop(installationId);
      throw error;
    }
  };
}
