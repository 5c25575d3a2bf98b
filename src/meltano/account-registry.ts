import { isDeepStrictEqual } from 'node:util';
import type { ConfiguredAccount } from '../config/accounts-file.ts';
import type { Configuration } from '../config/environment.ts';
import type { ProxySettings } from '../config/outgoing-proxy.ts';
import type { Account, Accounts } from '../domain/account.ts';
import type { KnownOwner, NamedAccount } from '../domain/owner.ts';
import { MeltanoConnections } from './connections.ts';
import { type AccountPorts, type AccountSettings, createAccount } from './create-account.ts';

/** The key under which deployments remember that the environment's credentials are theirs; no login's key is like it. */
const ENVIRONMENT_KEY = 'environment';

export interface AccountSources {
  readonly meltano: Configuration['meltano'];
  /** Of the environment's account. */
  readonly adoptJobs: boolean;
  readonly proxy?: ProxySettings | null;
  readonly configured: readonly ConfiguredAccount[];
}

export interface RegistryPorts extends AccountPorts {
  /** Called when an account is no longer served. */
  readonly onRetired: (account: string) => void;
}

interface Served {
  readonly settings: AccountSettings;
  readonly account: Account;
}

/**
 * The Meltano Cloud accounts that are served: those of the accounts file by their logins, and for every other login
 * the environment's, if it has one.
 */
export class AccountRegistry implements Accounts {
  readonly #ports: RegistryPorts;
  readonly #own: Omit<AccountSources, 'configured'>;
  /**
   * Each account has connections of its own, so that one that hangs keeps no other waiting. Those of accounts that went
   * away stay until the end: a step may still be using them, and unused sockets close by themselves.
   */
  readonly #connections = new Set<MeltanoConnections>();
  #served: ReadonlyMap<string, Served> = new Map();
  #named: readonly NamedAccount[] = [];

  constructor({ configured, ...own }: AccountSources, ports: RegistryPorts) {
    this.#own = own;
    this.#ports = ports;
    this.replace(configured);
  }

  forOwner(owner: KnownOwner): Account | null {
    const named = this.#named.find((one) => one.id === owner.id) ?? this.#findByLogin(owner);
    if (named) return this.byKey(makeAccountKey(named.login));
    return owner.isLoginTaken ? null : this.byKey(ENVIRONMENT_KEY);
  }

  /** The accounts of the file, as it names them. */
  get named(): readonly NamedAccount[] {
    return this.#named;
  }

  byKey(key: string): Account | null {
    return this.#served.get(key)?.account ?? null;
  }

  /**
   * Puts these in the place of the file's accounts, all at once; one that didn't change keeps its token, its list and
   * its circuit.
   */
  replace(configured: readonly ConfiguredAccount[]): void {
    const next = new Map<string, Served>();
    for (const settings of this.#listSettings(configured)) {
      const known = this.#served.get(settings.key);
      const isSame = known !== undefined && isDeepStrictEqual(known.settings, settings);
      next.set(settings.key, isSame ? known : { settings, account: this.#create(settings) });
    }
    const before = this.#served;
    this.#served = next;
    this.#named = configured.map(({ login, id }) => ({ login, id }));
    for (const key of before.keys()) if (!next.has(key)) this.#ports.onRetired(key);
    for (const [key, served] of next) if (before.get(key) !== served) this.#ports.onCircuit(key, null);
  }

  /** The present login counts more than a former one. */
  #findByLogin({ logins }: KnownOwner): NamedAccount | null {
    const withoutId = new Map(
      this.#named.filter((one) => one.id === null).map((one) => [one.login, one] as const),
    );
    const login = logins.find((one) => withoutId.has(one));
    return withoutId.get(login ?? '') ?? null;
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#connections].map((one) => one.destroy()));
  }

  #listSettings(configured: readonly ConfiguredAccount[]): AccountSettings[] {
    const { meltano, adoptJobs } = this.#own;
    const { apiUrl, credentials } = meltano;
    const own = {
      key: ENVIRONMENT_KEY,
      apiUrl,
      adoptJobs,
      allowedWorkspaces: null,
      mappings: [],
      ...({ trigger: 'api', deploymentSecret: null } as const),
    };
    return [
      ...(credentials === null ? [] : [{ ...own, credentials }]),
      ...configured.map(({ login, id: _, ...settings }) => ({ ...settings, key: makeAccountKey(login) })),
    ];
  }

  #create(settings: AccountSettings): Account {
    const connections = new MeltanoConnections(this.#own.proxy ?? null);
    this.#connections.add(connections);
    return createAccount(settings, connections.connect, {
      ...this.#ports,
      onCircuit: (key, openSince) => {
        // A step may still use an account that was replaced. The circuit of that one doesn't count.
        if (this.#served.get(key)?.settings === settings) this.#ports.onCircuit(key, openSince);
      },
    });
  }
}

/** With a sign that no login has: there may be a GitHub account called `environment`. */
export function makeAccountKey(login: string): string {
  return `@${login.toLowerCase()}`;
}
