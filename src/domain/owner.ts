/** Who owns a repository or an installation, as GitHub says now. The id stays; a login can change hands. */
export interface Owner {
  readonly id: number;
  readonly login: string;
}

/** Stands for an id that GitHub didn't send: such an owner has only a login that no known owner has. */
export const UNKNOWN_OWNER = 0;

/** An account as the operator names it. */
export interface NamedAccount {
  /** In lower case. */
  readonly login: string;
  /** Null: the first account that is seen with the login. */
  readonly id: number | null;
}

/** What was seen of an owner so far. */
export interface SeenOwner {
  /** Who was first seen with the login that the owner has now. */
  readonly holderId: number;
  /** All logins that the owner was the first to be seen with, in lower case, the oldest first. */
  readonly logins: readonly string[];
}

/** An owner by everything that the operator may know it by. */
export interface KnownOwner extends Owner {
  /** Logins that mean this owner, in lower case: the present one first, unless it is another's, then former ones. */
  readonly logins: readonly string[];
  /** The present login is another account's: nothing that is meant for that one is for this one. */
  readonly isLoginTaken: boolean;
}

export interface OwnerStore {
  /** Notes the owner's login if it is new, and its id known. The first one that was seen with a login keeps it. */
  noteOwner(owner: Owner, now: number): Promise<SeenOwner>;
}

/** The operator's word on who has a login counts more than who was seen first. */
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

/** Whether an entry of the operator's means this owner. */
export function isMeant({ id, login }: NamedAccount, owner: KnownOwner): boolean {
  return id === null ? owner.logins.includes(login) : id === owner.id;
}

/**
 * Why an owner isn't served; null: it is, or has a login that is allowed and another's. Such an owner gets no account, but
 * an answer.
 */
export function refuseOwner(
  owner: KnownOwner,
  allowed: readonly NamedAccount[] | null,
): 'account_not_allowed' | null {
  if (allowed === null || allowed.some((one) => isMeant(one, owner))) return null;
  const login = owner.login.toLowerCase();
  return owner.isLoginTaken && allowed.some((one) => one.login === login) ? null : 'account_not_allowed';
}
