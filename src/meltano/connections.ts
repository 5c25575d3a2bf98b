import type { Agent, Dispatcher } from 'undici';

/** Milliseconds, DNS and TLS included. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Each account's connections at most; what goes beyond waits for one that is free. Without a bound every deployment that is
 * looked at in the same moment opens one, and they are kept.
 */
const CONNECTIONS = 50;

/** The connections of one account to Meltano Cloud. */
export class MeltanoConnections {
  #agent: Promise<Agent> | null = null;

  /** An agent, since the token endpoint is another origin than the API; made for the first request. */
  readonly connect = (): Promise<Dispatcher> => {
    this.#agent ??= createAgent();
    return this.#agent;
  };

  async destroy(): Promise<void> {
    const agent = await this.#agent;
    await agent?.destroy();
  }
}

/** Loading undici takes a tenth of the start, which need not wait for it. */
async function createAgent(): Promise<Agent> {
  const undici = await import('undici');
  return new undici.Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT },
    allowH2: false,
  });
}
