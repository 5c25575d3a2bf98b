import { isDeepStrictEqual } from 'node:util';
import type { ConfiguredAccount } from '../config/accounts-file.ts';
import type { Configuration } from '../config/environment.ts';
import type { ProxySettings } from '../config/outgoing-proxy.ts';
import type { Account, Accounts } from '../domain/account.ts';
import type { KnownOwner, NamedAccount } from '../domain/owner.ts';
import { MeltanoConnections } from './connections.ts';
import { type AccountPorts, type AccountSettings, createAccount } from './create-account.ts';

/** Stored with deployments that use the environment's credentials. Never equal to the key of a login. */
const ENVIRONMENT_KEY = 'environment';

export interface AccountSources {
  readonly meltano: Configuration['meltano'];
  /** For the environment's account. */
  readonly adoptJobs: boolean;
  readonly proxy?: ProxySettings | null;
  readonly configured: readonly ConfiguredAccount[];
}

export interface RegistryPorts extends AccountPorts {
  /** Called when an account was removed from the accounts file. */
  readonly onRetired: (account: string) => void;
}

interface Served {
  readonly settings: AccountSettings;
  readonly account: Account;
}

/**
 * The Meltano Cloud accounts: the accounts file's by GitHub login, and the environment's for all other logins if it has
 * credentials.
 */
export class AccountRegistry implements Accounts {
  readonly #ports: RegistryPorts;
  readonly #own: Omit<AccountSources, 'configured'>;
  /**
   * Each account has its own connections, so a hanging account doesn't block others. Connections of removed accounts stay
   * until `destroy`: a step may still use them, and idle sockets close by themselves.
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

  /** All accounts that are served. */
  list(): readonly Account[] {
    return [...this.#served.values()].map(({ account }) => account);
  }

  /** The accounts of the accounts file. */
  get named(): readonly NamedAccount[] {
    return this.#named;
  }

  byKey(key: string): Account | null {
    return this.#served.get(key)?.account ?? null;
  }

  /**
   * Replaces the accounts of the accounts file. An unchanged account keeps its token, its list of workspaces and its
   * circuit.
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

  /** `logins` begins with the current login, which takes precedence over former ones. */
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
      ...configured.map(({ login, id: _, notify: __, ...settings }) => ({
        ...settings,
        key: makeAccountKey(login),
      })),
    ];
  }

  #create(settings: AccountSettings): Account {
    const connections = new MeltanoConnections(this.#own.proxy ?? null);
    this.#connections.add(connections);
    return createAccount(settings, connections.connect, {
      ...this.#ports,
      onCircuit: (key, openSince) => {
        // A step may still use a replaced account, whose circuit no longer matters.
        if (this.#served.get(key)?.settings === settings) this.#ports.onCircuit(key, openSince);
      },
    });
  }
}

/** A login can't contain `@`, so the key differs from `environment`. */
export function makeAccountKey(login: string): string {
  return `@${login.toLowerCase()}`;
}
