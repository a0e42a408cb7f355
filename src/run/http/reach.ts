/**
 * How far an address reaches: a redirect must not lead a vantage from a public host into its own network, where
 * cloud metadata and admin pages answer to anybody.
 */
import { BlockList, isIP } from 'node:net';

/** From the widest to the closest: each is more private than the one before it. */
const reaches = ['public', 'private', 'loopback', 'link-local'] as const;
/** Who can be reached by an address. */
export type Reach = (typeof reaches)[number];

/** IPv4 networks that are not public, by what they are (RFC 6890). */
const networks: readonly (readonly [reach: Reach, network: string, prefix: number])[] = [
  ['private', '10.0.0.0', 8],
  ['private', '172.16.0.0', 12],
  ['private', '192.168.0.0', 16],
  // Carrier-grade NAT; some clouds keep their metadata there.
  ['private', '100.64.0.0', 10],
  ['loopback', '127.0.0.0', 8],
  // "This host": Linux connects to itself.
  ['loopback', '0.0.0.0', 8],
  ['link-local', '169.254.0.0', 16],
];

const networks6: typeof networks = [
  ['private', 'fc00::', 7],
  ['private', 'fec0::', 10],
  ['loopback', '::1', 128],
  ['loopback', '::', 128],
  ['link-local', 'fe80::', 10],
];

/** IPv6 networks that hold an IPv4 address: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056). */
const holders: readonly (readonly [within: (ipv4: string) => string, bits: number])[] = [
  [(ipv4) => `::ffff:${ipv4}`, 96],
  [(ipv4) => `64:ff9b::${ipv4}`, 96],
  [(ipv4) => `2002:${hex(ipv4)}::`, 16],
];

function hex(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

const lists = new Map<Reach, BlockList>(reaches.map((reach) => [reach, new BlockList()]));
for (const [reach, network, prefix] of networks) {
  lists.get(reach)?.addSubnet(network, prefix, 'ipv4');
  for (const [within, bits] of holders) lists.get(reach)?.addSubnet(within(network), bits + prefix, 'ipv6');
}
for (const [reach, network, prefix] of networks6) lists.get(reach)?.addSubnet(network, prefix, 'ipv6');

/** Who can be reached by an IP address; a zone (`%eth0`) does not matter. */
export function reachOf(address: string): Reach {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare) === 6 ? 'ipv6' : 'ipv4';
  return reaches.findLast((reach) => lists.get(reach)?.check(bare, family)) ?? 'public';
}

/** Whether a redirect may lead from an address of one reach to one of another: never further in. */
export function mayLead(from: Reach, to: Reach): boolean {
  return reaches.indexOf(to) <= reaches.indexOf(from);
}
