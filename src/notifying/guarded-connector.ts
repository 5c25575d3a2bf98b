import { type LookupAddress, type LookupAllOptions, lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPrivateAddress } from './private-addresses.ts';

/** Includes DNS and TLS. */
const CONNECT_MS = 10_000;

/** The address is not public. */
export class PrivateAddress extends Error {
  override name = 'PrivateAddress';
}

export type ResolveName = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Connects to public addresses only. The addresses that were checked are the ones that are used, so a name that changes its
 * address in between gains nothing.
 */
export function createGuardedConnector(resolve: ResolveName = lookUp): buildConnector.connector {
  const lookup: LookupFunction = (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? new Error('The name has no address.'), '', 0);
      const refusal = refuseAddresses(addresses);
      if (refusal) return callback(refusal, '', 0);
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ timeout: CONNECT_MS, allowH2: false, lookup });
  return (options, callback) => {
    const refusal = refuseLiteral(options.hostname);
    if (refusal) callback(refusal, null);
    else connect(options, callback);
  };
}

/** For a host that a proxy connects to. A name that only the proxy knows is left to the proxy. Throws `PrivateAddress`. */
export async function requirePublicHost(hostname: string, resolve: ResolveName = lookUp): Promise<void> {
  const literal = refuseLiteral(hostname);
  if (literal) throw literal;
  const { promise, resolve: found } = Promise.withResolvers<readonly LookupAddress[]>();
  resolve(hostname, { all: true }, (error, addresses) => found(error ? [] : addresses));
  const refusal = refuseAddresses(await promise);
  if (refusal) throw refusal;
}

/** A literal address isn't looked up. */
function refuseLiteral(hostname: string): PrivateAddress | null {
  const address = hostname.replace(/^\[|\]$/g, '');
  const isRefused = isIP(address) !== 0 && isPrivateAddress(address);
  return isRefused ? new PrivateAddress('The address is private.') : null;
}

/** One private address of a name is enough: the next connection might use it. */
function refuseAddresses(addresses: readonly LookupAddress[]): PrivateAddress | null {
  const isRefused = addresses.some(({ address }) => isPrivateAddress(address));
  return isRefused ? new PrivateAddress('The name has a private address.') : null;
}
