/** The current owner of a repository or an installation. The id is permanent; a login can change hands. */
export interface Owner {
  readonly id: number;
  readonly login: string;
}

/** The id of an owner if GitHub didn't send one. */
export const UNKNOWN_OWNER = 0;

/** An account in the configuration. */
export interface NamedAccount {
  /** In lower case. */
  readonly login: string;
  /** Null means the first account that is seen with the login. */
  readonly id: number | null;
}

/** The stored logins of an owner. */
export interface SeenOwner {
  /** The first account that was seen with the owner's current login. */
  readonly holderId: number;
  /** The logins that this owner was the first to have, in lower case, the oldest first. */
  readonly logins: readonly string[];
}

/** An owner with all logins that the configuration may use. */
export interface KnownOwner extends Owner {
  /** Logins that mean this owner, in lower case: the current one, unless it belongs to another account, then former ones. */
  readonly logins: readonly string[];
  /** True if the current login belongs to another account, so the configuration for the login doesn't apply. */
  readonly isLoginTaken: boolean;
}

export interface OwnerStore {
  /** Stores the owner's login if it is new and the id is known. The first owner seen with a login keeps it. */
  noteOwner(owner: Owner, now: number): Promise<SeenOwner>;
}

/** An id in the configuration takes precedence over the first owner seen with a login. */
export function knowOwner(owner: Owner, seen: SeenOwner, named: readonly NamedAccount[]): KnownOwner {
  const login = owner.login.toLowerCase();
  const withIds = named.filter((one) => one.id !== null);
  const isNamed = withIds.some((one) => one.id === owner.id);
  const isOthers = (name: string) => withIds.some((one) => one.login === name && one.id !== owner.id);
  const isLoginTaken = !isNamed && (seen.holderId !== owner.id || isOthers(login));
  const former = seen.logins.filter((name) => name !== login && !isOthers(name));
  return {
    ...owner,
    logins: isLoginTaken || isOthers(login) ? former : [login, ...former],
    isLoginTaken,
  };
}

/** True if an entry of the configuration means this owner. */
export function isMeant({ id, login }: NamedAccount, owner: KnownOwner): boolean {
  return id === null ? owner.logins.includes(login) : id === owner.id;
}

/**
 * Returns null if the owner is allowed, or if its login is allowed for another account. The latter gets no account, but an
 * answer that explains it.
 */
export function refuseOwner(
  owner: KnownOwner,
  allowed: readonly NamedAccount[] | null,
): 'account_not_allowed' | null {
  if (allowed === null || allowed.some((one) => isMeant(one, owner))) return null;
  const login = owner.login.toLowerCase();
  return owner.isLoginTaken && allowed.some((one) => one.login === login) ? null : 'account_not_allowed';
}
