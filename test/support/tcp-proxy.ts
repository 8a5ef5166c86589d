import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What a proxy does to the bytes that pass in one direction. */
export interface Impairment {
  /** Milliseconds that every byte is late; order is kept. */
  latencyMs: number;
  /** Bytes a second of one connection; Infinity: as fast as they come. */
  bytesPerSecond: number;
  /** Nothing passes, connections stay. */
  stalled: boolean;
}

export type Direction = 'toServer' | 'toClient';

const NONE: Impairment = { latencyMs: 0, bytesPerSecond: Infinity, stalled: false };

interface Chunk {
  data: Buffer;
  dueAt: number;
}

/** A port of the loopback address, or of another one of this machine, that leads to another one and can be cut, stalled and slowed, each direction apart. */
export class TcpProxy {
  #target = 0;
  #refusing = false;
  readonly #impairments: Record<Direction, Impairment> = { toServer: { ...NONE }, toClient: { ...NONE } };
  readonly #pipes = new Set<Pipe>();
  readonly #server = createServer({ noDelay: true }, (client) => this.#accept(client));
  /** Connections that were reset on purpose. */
  resets = 0;

  private constructor() {}

  /** Listens on a free port; connections are refused until {@link leadTo}. */
  static async start(address = '127.0.0.1'): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, address, resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  leadTo(port: number): void {
    this.#target = port;
  }

  /** Changes what happens to bytes from now on, of open connections too. */
  impair(change: Partial<Impairment>, directions: readonly Direction[] = ['toServer', 'toClient']): void {
    for (const direction of directions) Object.assign(this.#impairments[direction], change);
    for (const pipe of this.#pipes) pipe.pump();
  }

  /** As a plain wire again; what was stalled passes. */
  heal(): void {
    this.#refusing = false;
    this.impair(NONE);
  }

  /** Resets every open connection. @returns how many */
  reset(): number {
    const clients = [...this.#pipes].filter(({ direction }) => direction === 'toServer');
    for (const { from, to } of clients) {
      from.resetAndDestroy();
      to.resetAndDestroy();
    }
    this.resets += clients.length;
    return clients.length;
  }

  /** Resets open connections and refuses new ones until {@link heal}. */
  cut(): void {
    this.#refusing = true;
    this.reset();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { from, to } of this.#pipes) {
      from.destroy();
      to.destroy();
    }
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refusing || this.#target === 0) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const pipes = [
      new Pipe('toServer', client, server, this.#impairments.toServer),
      new Pipe('toClient', server, client, this.#impairments.toClient),
    ];
    for (const pipe of pipes) {
      this.#pipes.add(pipe);
      pipe.from.once('close', () => this.#pipes.delete(pipe));
    }
  }
}

/** Most bytes of a connection that wait here before its sender is held back. */
const HELD_BYTES = 1024 * 1024;

/** One direction of one connection. */
class Pipe {
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  readonly #impairment: Impairment;
  readonly #waiting: Chunk[] = [];
  #held = 0;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  #freeAt = 0;

  constructor(direction: Direction, from: Socket, to: Socket, impairment: Impairment) {
    this.direction = direction;
    this.from = from;
    this.to = to;
    this.#impairment = impairment;
    from.on('error', () => to.destroy());
    from.on('close', () => {
      clearTimeout(this.#timer);
      to.destroy();
    });
    from.on('end', () => {
      this.#ended = true;
      this.pump();
    });
    from.on('data', (data: Buffer) => {
      this.#held += data.length;
      this.#waiting.push({ data, dueAt: performance.now() + impairment.latencyMs });
      if (this.#held > HELD_BYTES) from.pause();
      this.pump();
    });
    to.on('drain', () => this.pump());
  }

  /** Passes on what is due. */
  pump(): void {
    clearTimeout(this.#timer);
    const { stalled, bytesPerSecond } = this.#impairment;
    while (!stalled && this.#waiting[0] !== undefined && !this.to.writableNeedDrain) {
      const now = performance.now();
      const waitMs = Math.max(this.#waiting[0].dueAt, this.#freeAt) - now;
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(waitMs));
        return;
      }
      const { data } = this.#waiting.shift()!;
      this.#held -= data.length;
      this.#freeAt = now + (data.length / bytesPerSecond) * 1000;
      this.to.write(data);
    }
    if (this.#held <= HELD_BYTES) this.from.resume();
    if (this.#ended && this.#waiting.length === 0) this.to.end();
  }
}
