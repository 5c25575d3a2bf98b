import type { Clock } from '../domain/clock.ts';
import {
  type KnownOwner,
  knowOwner,
  type NamedAccount,
  type Owner,
  type OwnerStore,
  type SeenOwner,
  UNKNOWN_OWNER,
} from '../domain/owner.ts';

/** So many owners are remembered at once. */
const REMEMBERED = 10_000;

export type OwnerReader = (owner: Owner) => Promise<KnownOwner>;

export interface OwnerReaderPorts {
  readonly store: OwnerStore;
  readonly clock: Clock;
  /** The accounts that the operator names at the moment. */
  readonly listNamed: () => readonly NamedAccount[];
}

/** Finds everything that an owner is known by, and stores the first owner seen with a login. */
export function createOwnerReader({ store, clock, listNamed }: OwnerReaderPorts): OwnerReader {
  // The first owner of a login never changes.
  const remembered = new Map<string, SeenOwner>();
  return async (owner) => {
    const key = `${owner.id} ${owner.login.toLowerCase()}`;
    const seen = remembered.get(key) ?? (await store.noteOwner(owner, clock.now()));
    if (remembered.size >= REMEMBERED) remembered.clear();
    // The owner of a login may become known later.
    if (owner.id !== UNKNOWN_OWNER) remembered.set(key, seen);
    return knowOwner(owner, seen, listNamed());
  };
}
