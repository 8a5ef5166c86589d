import { isIP, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.js';
import type { Connect, ConnectTarget, ResolvedAddress } from './dial.js';
import { OutboundError, toOutboundError } from './outbound-error.js';
import type { OutboundLimits } from './outbound-options.js';
import type { Resolve } from './resolve.js';
import type { Sockets } from './sockets.js';

export interface GuardedConnectOptions {
  policy: AddressPolicy;
  limits: OutboundLimits;
  resolve: Resolve;
  connect: Connect;
  sockets: Sockets;
  /** Ends the attempts that are under way. */
  closing: AbortSignal;
  /** Offered over TLS, most wanted first (RFC 7301). */
  protocols: readonly string[];
  onConnected(origin: string, socket: Socket): void;
}

/**
 * The connect step of undici's Agent: resolves, judges each address, and hands exactly the judged addresses on. One
 * forbidden address condemns the name: which of them would be dialled is up to the network. As the check stands between
 * resolution and dialling, a name that changes its answer (DNS rebinding) gains nothing by it.
 */
export function createGuardedConnect({
  policy,
  limits,
  resolve,
  connect,
  sockets,
  closing,
  protocols,
  onConnected,
}: GuardedConnectOptions): buildConnector.connector {
  return (options, callback) => {
    const secure = options.protocol === 'https:';
    const origin = `${options.protocol}//${options.host ?? options.hostname}`;
    const hostname = options.hostname.replace(/^\[|\]$/g, '');
    const port = options.port === '' ? (secure ? 443 : 80) : Number(options.port);
    const expiry = new AbortController();
    let resolved = false;
    const onClosing = (): void => expiry.abort(new OutboundError('aborted', origin, 'The client was closed'));
    closing.addEventListener('abort', onClosing, { once: true });
    const timer = setTimeout(
      () => {
        const within = `within connectTimeoutMs = ${limits.connectTimeoutMs} ms`;
        expiry.abort(
          resolved
            ? new OutboundError('timeout', origin, `No connection ${within}`)
            : new OutboundError('dns', origin, `No answer of the resolver ${within}`),
        );
        // Who asked has been told by the total time, where that is shorter; the socket is given up all the same.
      },
      Math.min(limits.connectTimeoutMs, limits.totalTimeoutMs),
    );

    const opened = checkedAddresses(policy, resolve, { origin, hostname, port }).then((addresses) => {
      resolved = true;
      expiry.signal.throwIfAborted();
      return sockets.open(origin, hostname, expiry.signal, () =>
        connect({ hostname, addresses, port, secure, protocols }, expiry.signal),
      );
    });
    untilAbort(opened, expiry.signal)
      .finally(() => {
        clearTimeout(timer);
        closing.removeEventListener('abort', onClosing);
      })
      .then(
        (socket) => {
          onConnected(origin, socket);
          callback(null, socket);
        },
        (error: unknown) => callback(toOutboundError(origin, error, limits), null),
      );
  };
}

async function checkedAddresses(
  policy: AddressPolicy,
  resolve: Resolve,
  { origin, hostname, port }: { origin: string; hostname: string; port: number },
): Promise<ConnectTarget['addresses']> {
  const found = isIP(hostname) === 0 ? await resolve(hostname) : [hostname];
  const [first, ...others] = found.map((address): ResolvedAddress => {
    const refusal = policy.judgeAddress(hostname, address, port);
    if (refusal !== undefined) throw new OutboundError(refusal.kind, origin, refusal.explanation);
    return { address, family: isIP(address) === 6 ? 6 : 4 };
  });
  if (first === undefined) {
    throw new OutboundError('dns', origin, 'The host name has no address', { transient: false });
  }
  return [first, ...others];
}

/** A resolver cannot be interrupted; its caller need not wait for it. A socket that comes too late is closed. */
async function untilAbort<T extends { destroy(): unknown }>(opened: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => undefined);
  opened.then(
    (socket) => signal.aborted && socket.destroy(),
    () => undefined,
  );
  return Promise.race([opened, aborted]);
}
