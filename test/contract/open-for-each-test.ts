import { afterEach, beforeEach } from 'vitest';
import type { Stores } from '../../src/store/create-stores.ts';

export interface OpenStores {
  readonly stores: Stores;
  close(): Promise<void>;
}

/** For a suite: each of its tests has stores of its own, which are closed after it. */
export function openForEachTest(
  open: () => Promise<OpenStores>,
  use: (stores: Stores) => void | Promise<void>,
): void {
  let opened: OpenStores;
  beforeEach(async () => {
    opened = await open();
    await use(opened.stores);
  });
  afterEach(() => opened.close());
}
