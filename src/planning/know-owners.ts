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

/** Tells by what an owner is known, and remembers whoever is seen first with a login. */
export function createOwnerReader({ store, clock, listNamed }: OwnerReaderPorts): OwnerReader {
  // Who was first never changes, so an answer holds for as long as the owner has the login.
  const remembered = new Map<string, SeenOwner>();
  return async (owner) => {
    const key = `${owner.id} ${owner.login.toLowerCase()}`;
    const seen = remembered.get(key) ?? (await store.noteOwner(owner, clock.now()));
    if (remembered.size >= REMEMBERED) remembered.clear();
    // Somebody may be seen with the login of an unknown one.
    if (owner.id !== UNKNOWN_OWNER) remembered.set(key, seen);
    return knowOwner(owner, seen, listNamed());
  };
}
