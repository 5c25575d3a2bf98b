import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lease, LeaseContext } from '../domain/lease.ts';

/** The lease follows the asynchronous work that was begun on its behalf, so that nothing in between has to hand it on. */
export function createLeaseContext(): LeaseContext {
  const storage = new AsyncLocalStorage<Lease | null>();
  return {
    current: () => storage.getStore() ?? null,
    run: (lease, work) => storage.run(lease, work),
  };
}
