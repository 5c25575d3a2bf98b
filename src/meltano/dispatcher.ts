import { Agent } from 'undici';

/** Milliseconds, DNS and TLS included. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Each account's connections at most; what goes beyond waits for one that is free. Without a bound every deployment that is
 * looked at in the same moment opens one, and they are kept.
 */
const CONNECTIONS = 50;

/** The connections to Meltano Cloud: an agent, since the token endpoint is another origin than the API. */
export function createMeltanoDispatcher(): Agent {
  return new Agent({ connections: CONNECTIONS, connect: { timeout: CONNECT_TIMEOUT }, allowH2: false });
}
