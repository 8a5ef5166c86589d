import type { Connect } from './dial.js';
import type { Resolve } from './resolve.js';

/** What one fetch may cost. Bytes are octets; times are milliseconds. */
export interface OutboundLimits {
  /** Name resolution, TCP and TLS handshake of one connection. */
  connectTimeoutMs: number;
  /** From sending a request, connecting included, to the end of its response's headers; each redirect begins anew. */
  firstByteTimeoutMs: number;
  /** The whole fetch with all redirects and the body. */
  totalTimeoutMs: number;
  /** All headers of one response. */
  maxHeaderBytes: number;
  /** The body as it is transferred. */
  maxBodyBytes: number;
  /** The body with its content codings undone. */
  maxDecompressedBytes: number;
  /** Decompressed to transferred octets; watched past the first MiB, where a ratio starts to mean something. */
  maxDecompressionRatio: number;
  /** Octets that a body brings in a second at least, judged over each five seconds: one that drips is given up. 0: any. */
  minBodyBytesPerSecond: number;
  /** Redirects followed before giving up; 0 refuses the first. */
  maxRedirects: number;
  /** Open sockets of the client, those that are kept alive included; requests wait for one another. */
  maxSockets: number;
  /** Open sockets to one host name. */
  maxSocketsPerHost: number;
}

export interface OutboundOptions extends Partial<OutboundLimits> {
  /** Sent as User-Agent; it should name the product and a page or mailbox where its operator can be reached (RFC 9110 section 10.1.5). */
  userAgent: string;
  /**
   * The only way to private addresses and other ports: `host`, `host:port`, address, `address:port`, `[v6]:port` or CIDR.
   * A host name admits whatever it resolves to. An entry without port admits `allowedPorts`. Default: none.
   */
  allow?: readonly string[];
  /** Ports of public hosts; default 80 and 443. */
  allowedPorts?: readonly number[];
  /** Whether HTTP/2 is offered on TLS connections (ALPN, RFC 7301); the server chooses. Default: false. */
  http2?: boolean;
  /** Replaces name resolution (default: the system's resolver). Its answers are checked like any other. */
  resolve?: Resolve;
  /** Replaces the step that opens a socket to addresses that have been checked; nothing else in newsmill opens one outwards. */
  connect?: Connect;
}

export const OUTBOUND_DEFAULTS: Readonly<OutboundLimits> = {
  connectTimeoutMs: 10_000,
  firstByteTimeoutMs: 20_000,
  totalTimeoutMs: 60_000,
  maxHeaderBytes: 32 * 1024,
  maxBodyBytes: 10 * 1024 * 1024,
  maxDecompressedBytes: 20 * 1024 * 1024,
  maxDecompressionRatio: 100,
  minBodyBytesPerSecond: 100,
  maxRedirects: 5,
  maxSockets: 256,
  maxSocketsPerHost: 6,
};

/** Limits that may be 0. */
const FROM_ZERO: ReadonlySet<keyof OutboundLimits> = new Set(['maxRedirects', 'minBodyBytesPerSecond']);

/** The limits with defaults filled in. @throws TypeError naming an option that cannot be a limit. */
export function limitsOf(options: OutboundOptions): OutboundLimits {
  const limits = { ...OUTBOUND_DEFAULTS };
  for (const name of Object.keys(OUTBOUND_DEFAULTS) as (keyof OutboundLimits)[]) {
    const value = options[name] ?? OUTBOUND_DEFAULTS[name];
    const least = FROM_ZERO.has(name) ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new TypeError(`Outbound option ${name} must be a whole number of at least ${least}, not ${value}`);
    }
    limits[name] = value;
  }
  return limits;
}
