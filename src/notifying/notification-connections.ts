import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { chooseProxy, type ProxySettings } from '../config/outgoing-proxy.ts';
import type { Destination } from './destinations.ts';
import { createGuardedConnector, type ResolveName, requirePublicHost } from './guarded-connector.ts';

/** To one destination. */
const CONNECTIONS = 8;

/** The connections to destinations: to public addresses only, unless the operator allows private ones. */
export class NotificationConnections {
  readonly #proxy: ProxySettings | null;
  readonly #resolve: ResolveName | undefined;
  readonly #guarded: Dispatcher;
  readonly #open: Dispatcher;

  constructor(proxy: ProxySettings | null, resolve?: ResolveName) {
    this.#proxy = proxy;
    this.#resolve = resolve;
    this.#guarded = createAgent(proxy, { connect: createGuardedConnector(resolve) });
    this.#open = createAgent(proxy, {});
  }

  /** Throws `PrivateAddress` if a proxy would connect to a private address. */
  async dispatcherFor({ url, privateNetwork }: Destination): Promise<Dispatcher> {
    if (privateNetwork) return this.#open;
    const isProxied = this.#proxy !== null && chooseProxy(url, this.#proxy) !== null;
    if (isProxied) await requirePublicHost(new URL(url).hostname, this.#resolve);
    return this.#guarded;
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#open.destroy()]);
  }
}

/** A proxy itself may have a private address: `connect` is for direct connections only. */
function createAgent(proxy: ProxySettings | null, connect: Agent.Options): Dispatcher {
  const options = { connections: CONNECTIONS, allowH2: false, ...connect };
  if (!proxy) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy.http,
    httpsProxy: proxy.https,
    noProxy: proxy.except,
  });
}
