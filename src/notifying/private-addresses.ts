import { BlockList, isIP } from 'node:net';

/** IPv4 networks that aren't public: IANA's special-purpose registry, multicast, and the reserved rest. */
const PRIVATE_IPV4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** In the public 2000::/3: protocol assignments with Teredo, and documentation. */
const PRIVATE_IPV6: readonly (readonly [network: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];

const refused = new BlockList();
/** The rest of IPv6 isn't public: loopback, unique local, link-local, site-local, multicast, unassigned. */
const publicIpv6 = new BlockList();
publicIpv6.addSubnet('2000::', 3, 'ipv6');
// NAT64. The translator reaches what the last 32 bits say.
publicIpv6.addSubnet('64:ff9b::', 96, 'ipv6');
for (const [network, bits] of PRIVATE_IPV6) refused.addSubnet(network, bits, 'ipv6');
for (const [network, bits] of PRIVATE_IPV4) {
  // A rule for IPv4 is also one for the IPv4-mapped form of IPv6.
  refused.addSubnet(network, bits, 'ipv4');
  refused.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
  refused.addSubnet(`2002:${toHex(network)}::`, 16 + bits, 'ipv6');
}
const mapped = new BlockList();
mapped.addSubnet('::ffff:0.0.0.0', 96, 'ipv6');

/** ISATAP, in any network: a router in between reaches what the last 32 bits say. */
const ISATAP = /:(?:0|200)?:5efe:([0-9a-f]{1,4}:[0-9a-f]{1,4})$/;

/** True for addresses that aren't public: of this machine, a private network, a group, or no address at all. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family !== 6) return family === 0 || refused.check(address, 'ipv4');
  if (refused.check(address, 'ipv6')) return true;
  const [, inner] = ISATAP.exec(URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? '') ?? [];
  if (inner !== undefined && refused.check(`::ffff:${inner}`, 'ipv6')) return true;
  return !publicIpv6.check(address, 'ipv6') && !mapped.check(address, 'ipv6');
}

function toHex(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
