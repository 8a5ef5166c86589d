import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { OutboundError } from './outbound-error.js';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Where a socket is wanted. Every address has passed the policy; no other may be dialled. */
export interface ConnectTarget {
  /** The URL's host: the name that TLS asks for and verifies. IPv6 without brackets. */
  hostname: string;
  addresses: readonly [ResolvedAddress, ...ResolvedAddress[]];
  port: number;
  secure: boolean;
  /** What TLS offers to speak (ALPN, RFC 7301), most wanted first. */
  protocols: readonly string[];
}

/** Opens a socket that is ready to carry HTTP. An abort closes it. */
export type Connect = (target: ConnectTarget, signal: AbortSignal) => Promise<Socket>;

/** RFC 8305 section 8: how long one address may take before the next is tried as well. */
const ATTEMPT_DELAY_MS = 250;

/** Dials the addresses, first come first served, and nothing else: the name is never resolved again. */
export const dial: Connect = (target, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const [first] = target.addresses;
    const options: net.TcpNetConnectOpts = {
      // Node looks up names only: a literal address is dialled as it stands, and it has been checked as such.
      host: net.isIP(target.hostname) === 0 ? target.hostname : first.address,
      port: target.port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_DELAY_MS,
      noDelay: true,
      keepAlive: true,
      lookup: (_hostname, { all }, callback) => {
        if (all === true) callback(null, [...target.addresses]);
        else callback(null, first.address, first.family);
      },
    };
    const socket = target.secure
      ? tls.connect({
          ...options,
          ALPNProtocols: [...target.protocols],
          // RFC 6066 section 3: a literal address is no server name.
          ...(net.isIP(target.hostname) === 0 ? { servername: target.hostname } : {}),
        })
      : net.connect(options);
    const onAbort = (): void => {
      socket.destroy(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
    });
    // Stays for the socket's life: an error between here and undici's own listener must not be uncaught.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A host that is there and does not finish the handshake has a fault of TLS; a certificate has an error of its own.
      const isCut = target.secure && isConnected && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isCut ? cutHandshake(target, error) : error);
    });
    socket.once(target.secure ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
  });

function cutHandshake({ hostname, port }: ConnectTarget, cause: Error): OutboundError {
  const origin = `https://${hostname}:${port}`;
  return new OutboundError('tls', origin, 'The TLS handshake was cut off', { cause, transient: true });
}
