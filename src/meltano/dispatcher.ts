import { Agent } from 'undici';

/** Milliseconds, DNS and TLS included. */
const CONNECT_TIMEOUT = 10_000;

/** The connections to Meltano Cloud: an agent, since the token endpoint is another origin than the API. */
export function createMeltanoDispatcher(): Agent {
  return new Agent({ connect: { timeout: CONNECT_TIMEOUT }, allowH2: false });
}
