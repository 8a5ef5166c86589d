import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseAllowEntry, type AllowEntry } from './allow-list.js';

/** Why a target is refused. */
export interface Refusal {
  kind: 'blocked-address' | 'port';
  explanation: string;
}

/** Decides which hosts, addresses and ports may be reached. */
export interface AddressPolicy {
  /** What the URL alone can tell, before any name is resolved. Undefined admits it to resolution. */
  judgeUrl(hostname: string, port: number): Refusal | undefined;
  /** The decision, on an address that is about to be dialled. Undefined admits it. */
  judgeAddress(hostname: string, address: string, port: number): Refusal | undefined;
}

/** @throws TypeError naming an entry of `allow` or a port that cannot be read. */
export function createAddressPolicy(allow: readonly string[], allowedPorts: readonly number[]): AddressPolicy {
  const entries = allow.map(parseAllowEntry);
  for (const port of allowedPorts) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new TypeError(`Outbound option allowedPorts has ${port}; a port is a whole number from 1 to 65535`);
    }
  }
  const portRefusal = (port: number): Refusal => ({
    kind: 'port',
    explanation: `Port ${port} is not among allowedPorts = ${allowedPorts.join(', ')}`,
  });
  const admits = (entry: AllowEntry, hostname: string, address: string, port: number): boolean =>
    (entry.port === undefined ? allowedPorts.includes(port) : entry.port === port) && entry.covers(hostname, address);

  const judgeAddress: AddressPolicy['judgeAddress'] = (hostname, address, port) => {
    if (entries.some((entry) => admits(entry, hostname, address, port))) return undefined;
    if (!allowedPorts.includes(port)) return portRefusal(port);
    const range = forbiddenRange(address);
    if (range === undefined) return undefined;
    const target = hostname === address ? address : `${hostname} resolves to ${address}, which`;
    return {
      kind: 'blocked-address',
      explanation: `${target} is not a public address (${range}); the option allow is the only way to it`,
    };
  };

  return {
    judgeUrl(hostname, port) {
      if (isIP(hostname) !== 0) return judgeAddress(hostname, hostname, port);
      const open = allowedPorts.includes(port) || entries.some((entry) => entry.port === port);
      return open ? undefined : portRefusal(port);
    },
    judgeAddress,
  };
}

/** Metadata services of clouds that answer on addresses outside every special-purpose range (Azure's wire server). */
const METADATA_ADDRESSES = new Set(['168.63.129.16']);

/**
 * The special-purpose range of an address (IANA special-purpose registries, RFC 6890), or undefined for an address of the
 * public internet. IPv4-mapped (RFC 4291) and NAT64 (RFC 6052) forms are judged by the IPv4 address they carry; 6to4,
 * Teredo, IPv4-compatible and ISATAP forms, which no public site needs, are refused whatever they carry.
 */
export function forbiddenRange(address: string): string | undefined {
  if (isIP(address) === 0) return 'not an IP address';
  // RFC 4007 section 6: a zone belongs to an address that means something on this machine's links alone.
  if (address.includes('%')) return 'address of a zone';
  const parsed = ipaddr.parse(address);
  if (!(parsed instanceof ipaddr.IPv6)) {
    if (METADATA_ADDRESSES.has(parsed.toString())) return 'cloud metadata';
    const range = parsed.range();
    return range === 'unicast' ? undefined : range;
  }
  const carried = carriedIPv4(parsed);
  if (carried !== undefined) return forbiddenRange(carried);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  const [first = 0, , , , fifth = 0, sixth = 0] = parsed.parts;
  // RFC 4291 section 2.4 and IANA: only 2000::/3 is global unicast.
  if (first >> 13 !== 0b001) return 'outside global unicast';
  // RFC 5214 section 6.1: the interface identifier 0000:5efe or 0200:5efe carries an IPv4 address.
  if ((fifth & 0xfdff) === 0 && sixth === 0x5efe) return 'ISATAP';
  return undefined;
}

/** The IPv4 address inside ::ffff:0:0/96 and 64:ff9b::/96. */
function carriedIPv4(address: ipaddr.IPv6): string | undefined {
  const octets = address.toByteArray();
  const wellKnownNat64 = address.match(ipaddr.IPv6.parse('64:ff9b::'), 96);
  if (!address.isIPv4MappedAddress() && !wellKnownNat64) return undefined;
  return octets.slice(12).join('.');
}
