import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lease, LeaseContext } from '../domain/lease.ts';

/** The lease follows the asynchronous work under it, so functions in between don't pass it on. */
export function createLeaseContext(): LeaseContext {
  const storage = new AsyncLocalStorage<Lease | null>();
  return {
    current: () => storage.getStore() ?? null,
    run: (lease, work) => storage.run(lease, work),
  };
}
