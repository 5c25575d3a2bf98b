import { pino } from 'pino';
import type { Stores } from '../../../src/store/create-stores.ts';
import type { FakeClock } from '../deploying/fake-ports.ts';

interface World {
  readonly stores: Stores;
  readonly clock: FakeClock;
}

/** The ports that every sync with GitHub has. */
export function buildSyncPorts({ stores, clock }: World) {
  return {
    store: stores,
    repositories: stores,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  };
}

/** Steps until there is nothing to do, each by a new process. */
export async function stepUntilDone(
  createSync: () => (id: string) => Promise<number | null>,
  id: string,
  clock: FakeClock,
): Promise<void> {
  for (let steps = 0; steps < 60; steps += 1) {
    const delayMs = await createSync()(id);
    if (delayMs === null) return;
    clock.advance(delayMs);
  }
  throw new Error(`${id} does not come to rest.`);
}
