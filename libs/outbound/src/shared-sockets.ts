import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * The sockets that carry several requests at a time (HTTP/2), by origin. A request that is given up takes its HTTP/1.1
 * socket along; of an HTTP/2 connection it closes its stream alone, and one that has silently died would be used again
 * and again. So a timeout ends the connection too: what else was under way on it may be tried again.
 */
export class SharedSockets {
  private readonly sockets = new Map<string, Set<Socket>>();

  add(origin: string, socket: Socket): void {
    if ((socket as Partial<TLSSocket>).alpnProtocol !== 'h2') return;
    const key = new URL(origin).origin;
    const known = this.sockets.get(key) ?? new Set();
    this.sockets.set(key, known.add(socket));
    socket.once('close', () => {
      known.delete(socket);
      if (known.size === 0 && this.sockets.get(key) === known) this.sockets.delete(key);
    });
  }

  /** Ends the connections to the origin of an address. */
  end(url: string, reason: Error): void {
    for (const socket of this.sockets.get(new URL(url).origin) ?? []) socket.destroy(reason);
  }
}
