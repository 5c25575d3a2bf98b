import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
// undici would load its parser with the first connection, which fails if the process has no file descriptors left.
import 'undici/lib/llhttp/llhttp_simd-wasm.js';
import 'undici/lib/llhttp/llhttp-wasm.js';
import type { ProxySettings } from '../config/outgoing-proxy.ts';

/** Includes DNS and TLS. */
const CONNECT_MS = 10_000;

/** The maximum for one account. Without a limit, each concurrent deployment would open a connection and keep it. */
const CONNECTIONS = 50;

/** The connections of one account to Meltano Cloud. */
export class MeltanoConnections {
  /** An agent rather than a pool, because the token endpoint has a different origin. */
  readonly #agent: Dispatcher;

  constructor(proxy: ProxySettings | null) {
    this.#agent = createAgent(proxy);
  }

  readonly connect = async (): Promise<Dispatcher> => this.#agent;

  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}

function createAgent(proxy: ProxySettings | null): Dispatcher {
  const options = {
    connections: CONNECTIONS,
    connectTimeout: CONNECT_MS,
    allowH2: false,
  };
  if (!proxy) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy.http,
    httpsProxy: proxy.https,
    noProxy: proxy.except,
  });
}
