import { Agent, type Dispatcher } from 'undici';

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
  readonly #agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT },
    allowH2: false,
  });

  readonly connect = async (): Promise<Dispatcher> => this.#agent;

  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}
