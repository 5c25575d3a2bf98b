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

const MOST_REMEMBERED = 10_000;

export type OwnerReader = (owner: Owner) => Promise<KnownOwner>;

export interface OwnerReaderPorts {
  readonly store: OwnerStore;
  readonly clock: Clock;
  /** The accounts that the operator's settings name now. */
  readonly listNamed: () => readonly NamedAccount[];
}

/** Looks up what is known of an owner, and stores the first owner that was seen with a login. */
export function createOwnerReader({ store, clock, listNamed }: OwnerReaderPorts): OwnerReader {
  // The first owner of a login never changes.
  const remembered = new Map<string, SeenOwner>();
  return async (owner) => {
    const key = `${owner.id} ${owner.login.toLowerCase()}`;
    const seen = remembered.get(key) ?? (await store.noteOwner(owner, clock.now()));
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    // An owner whose id is unknown may become known later.
    if (owner.id !== UNKNOWN_OWNER) remembered.set(key, seen);
    return knowOwner(owner, seen, listNamed());
  };
}
