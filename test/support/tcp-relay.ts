import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One port of this machine that leads to another, whose server may go and come back elsewhere. */
export interface TcpRelay {
  port: number;
  /** Connections are taken and lead to that port of this machine. */
  open(target: number): Promise<void>;
  /** Connections stay and are taken, and nothing passes until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Connections are cut, and refused from now on. */
  cut(): Promise<void>;
}

export async function startTcpRelay(): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  let target = 0;
  let frozen = false;
  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on('data', (data) => void other.write(data));
      if (frozen) socket.pause();
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await cut();
  return {
    port,
    cut,
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    open: async (to) => {
      target = to;
      await listen(port);
    },
  };
}
