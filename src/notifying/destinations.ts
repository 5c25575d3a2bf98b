import { createHash } from 'node:crypto';
import type { ConfiguredDestination } from '../config/notify-schema.ts';

export interface Destination extends ConfiguredDestination {
  /** A digest of the account, the format and the address, since the address is a secret. */
  readonly id: string;
  /** The key of its account. */
  readonly account: string;
  /** Its place in the account's list, counted from 1. */
  readonly number: number;
}

export interface NotifyingAccount {
  readonly key: string;
  readonly notify: readonly ConfiguredDestination[];
}

const ID_LENGTH = 24;

/** The destinations of the accounts file, as it was last read. */
export class Destinations {
  #byId: ReadonlyMap<string, Destination> = new Map();

  constructor(accounts: readonly NotifyingAccount[]) {
    this.replace(accounts);
  }

  replace(accounts: readonly NotifyingAccount[]): void {
    const all = accounts.flatMap(({ key, notify }) =>
      notify.map((one, index) => ({ ...one, id: formatId(key, one), account: key, number: index + 1 })),
    );
    this.#byId = new Map(all.map((one) => [one.id, one]));
  }

  byId(id: string): Destination | null {
    return this.#byId.get(id) ?? null;
  }

  ofAccount(key: string): readonly Destination[] {
    return [...this.#byId.values()].filter(({ account }) => account === key);
  }
}

function formatId(account: string, { format, url }: ConfiguredDestination): string {
  return createHash('sha256').update(`${account}\n${format}\n${url}`).digest('hex').slice(0, ID_LENGTH);
}
