import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** One parsed entry of the option `allow`. */
export interface AllowEntry {
  /** Undefined: the entry has no port of its own. */
  port: number | undefined;
  covers(hostname: string, address: string): boolean;
}

/** Reads `host`, `host:port`, address, `address:port`, `[v6]:port` or CIDR. @throws TypeError naming the entry. */
export function parseAllowEntry(entry: string): AllowEntry {
  if (entry.includes('/')) return cidrEntry(entry);
  if (isIP(entry) !== 0) return addressEntry(entry, undefined);

  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(entry);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) throw unreadable(entry);
  if (isIP(host) !== 0) return addressEntry(host, port);
  if (match?.[1] !== undefined) throw unreadable(entry);
  return hostEntry(entry, host, port);
}

function cidrEntry(entry: string): AllowEntry {
  if (!ipaddr.isValidCIDR(entry)) throw unreadable(entry);
  const [network, bits] = ipaddr.parseCIDR(entry);
  return { port: undefined, covers: (_hostname, address) => isWithin(address, network, bits) };
}

function addressEntry(entry: string, port: number | undefined): AllowEntry {
  const network = ipaddr.process(entry);
  const bits = network instanceof ipaddr.IPv6 ? 128 : 32;
  return { port, covers: (_hostname, address) => isWithin(address, network, bits) };
}

function hostEntry(entry: string, host: string, port: number | undefined): AllowEntry {
  const name = URL.parse(`http://${host}/`)?.hostname ?? '';
  // A name that the URL parser turns into an address (`0x7f.1`) is a typing error here, not an intention.
  if (!/^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?$/.test(name) || isIP(name) !== 0) throw unreadable(entry);
  return { port, covers: (hostname) => hostname.replace(/\.$/, '').toLowerCase() === name };
}

/** An IPv4-mapped address is within what its IPv4 address is within. */
function isWithin(address: string, network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): boolean {
  if (isIP(address) === 0) return false;
  const candidate = ipaddr.process(address);
  return candidate.kind() === network.kind() && candidate.match(network, bits);
}

function unreadable(entry: string): TypeError {
  return new TypeError(
    `Outbound option allow has ${JSON.stringify(entry)}; an entry is a host, host:port, address, address:port, [v6]:port or CIDR`,
  );
}
