import type { Socket } from 'node:net';
import type { OutboundLimits } from './outbound-options.js';

type SocketLimits = Pick<OutboundLimits, 'maxSockets' | 'maxSocketsPerHost'>;

interface Waiter {
  hostname: string;
  go(): void;
}

/**
 * Keeps the sockets of one client below its limits, over all hosts and for one.
 *
 * Requests are admitted first ({@link Seat}), so that there are never more of them than sockets may be open; who waits for
 * another request to end waits here, where no limit of time counts it as a fault of the host. Then each socket is counted
 * from before it is opened until it is closed. Where kept-alive sockets leave no room, those of origins that nobody talks to
 * are closed.
 */
export class Sockets {
  private readonly requests: Tally;
  private readonly sockets: Tally;
  private readonly activeOrigins = new Map<string, number>();
  private readonly openByOrigin = new Map<string, Set<Socket>>();

  constructor(limits: SocketLimits) {
    this.requests = new Tally(limits);
    this.sockets = new Tally(limits);
  }

  /** A place for one request at a time, to be left at its end. */
  seat(): Seat {
    return new Seat(async ({ origin, hostname }, signal) => {
      await this.requests.enter(hostname, signal);
      add(this.activeOrigins, origin, 1);
      return () => {
        add(this.activeOrigins, origin, -1);
        this.requests.leave(hostname);
        this.makeRoom();
      };
    });
  }

  /**
   * Opens a socket once there is room for it.
   * @throws what `open` throws, or the reason of the signal
   */
  async open(origin: string, hostname: string, signal: AbortSignal, open: () => Promise<Socket>): Promise<Socket> {
    const entered = this.sockets.enter(hostname, signal);
    this.makeRoom();
    await entered;
    let socket: Socket;
    try {
      socket = await open();
    } catch (error) {
      this.sockets.leave(hostname);
      throw error;
    }
    const opened = this.openByOrigin.get(origin) ?? new Set();
    this.openByOrigin.set(origin, opened.add(socket));
    const closed = (): void => {
      opened.delete(socket);
      if (opened.size === 0) this.openByOrigin.delete(origin);
      this.sockets.leave(hostname);
    };
    if (socket.destroyed) closed();
    else socket.once('close', closed);
    return socket;
  }

  /** Closes kept-alive sockets that stand in the way of who waits, of the origin whose sockets were opened first. */
  private makeRoom(): void {
    const waiting = this.sockets.firstWaiting();
    if (waiting === undefined) return;
    const isHostFull = this.sockets.isHostFull(waiting);
    for (const [origin, open] of this.openByOrigin) {
      if (this.activeOrigins.has(origin) || (isHostFull && hostnameOf(new URL(origin)) !== waiting)) continue;
      for (const socket of open) socket.destroy();
      return;
    }
  }
}

/** Holds the place of one request; a redirect to another host changes it. */
export class Seat {
  private leaveHeld: (() => void) | undefined;
  private heldOrigin: string | undefined;

  constructor(
    private readonly enter: (target: { origin: string; hostname: string }, signal: AbortSignal) => Promise<() => void>,
  ) {}

  /** Waits until a request to the target may begin. A place for another origin is left first: nobody holds one and waits. */
  async take(target: URL, signal: AbortSignal): Promise<void> {
    if (this.heldOrigin === target.origin) return;
    this.leave();
    const hostname = hostnameOf(target);
    this.leaveHeld = await this.enter({ origin: target.origin, hostname }, signal);
    this.heldOrigin = target.origin;
  }

  leave(): void {
    this.leaveHeld?.();
    this.leaveHeld = undefined;
    this.heldOrigin = undefined;
  }
}

/** Counts what is in, all together and by host; who finds no room waits, first come first served where there is room. */
class Tally {
  private count = 0;
  private readonly byHost = new Map<string, number>();
  private readonly waiting = new Set<Waiter>();

  constructor(private readonly limits: SocketLimits) {}

  /** @throws the reason of the signal */
  async enter(hostname: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.hasRoom(hostname)) {
      this.add(hostname, 1);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.waiting.delete(waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        hostname,
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.waiting.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  leave(hostname: string): void {
    this.add(hostname, -1);
    for (const waiter of this.waiting) {
      if (this.count >= this.limits.maxSockets) return;
      if (!this.hasRoom(waiter.hostname)) continue;
      this.waiting.delete(waiter);
      this.add(waiter.hostname, 1);
      waiter.go();
    }
  }

  /** Host name of who waits longest. */
  firstWaiting(): string | undefined {
    return this.waiting.values().next().value?.hostname;
  }

  isHostFull(hostname: string): boolean {
    return (this.byHost.get(hostname) ?? 0) >= this.limits.maxSocketsPerHost;
  }

  private hasRoom(hostname: string): boolean {
    return this.count < this.limits.maxSockets && !this.isHostFull(hostname);
  }

  private add(hostname: string, change: 1 | -1): void {
    this.count += change;
    add(this.byHost, hostname, change);
  }
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** IPv6 without brackets. */
function hostnameOf(target: URL): string {
  return target.hostname.replace(/^\[|\]$/g, '');
}
