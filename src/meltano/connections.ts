import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
// undici would load its parser with the first connection: too late where no more files can be opened.
import 'undici/lib/llhttp/llhttp_simd-wasm.js';
import 'undici/lib/llhttp/llhttp-wasm.js';
import type { ProxySettings } from '../config/outgoing-proxy.ts';

/** Milliseconds, DNS and TLS included. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Each account's connections at most; what goes beyond waits for one that is free. Without a bound every deployment that is
 * looked at in the same moment opens one, and they are kept.
 */
const CONNECTIONS = 50;

/** The connections of one account to Meltano Cloud. */
export class MeltanoConnections {
  /** An agent, since the token endpoint is another origin than the API. */
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
    connectTimeout: CONNECT_TIMEOUT,
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
