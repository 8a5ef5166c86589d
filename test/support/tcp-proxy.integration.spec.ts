import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let socket: Socket;

beforeEach(async () => {
  // Says everything back.
  server = createServer((client) => client.on('error', () => undefined).pipe(client));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  proxy = await TcpProxy.start();
  proxy.leadTo((server.address() as AddressInfo).port);
  socket = connect(proxy.port, '127.0.0.1');
  await once(socket, 'connect');
});

afterEach(async () => {
  socket.destroy();
  await proxy.stop();
  await new Promise((resolve) => server.close(resolve));
});

/** Milliseconds until as many bytes have come back. */
async function echo(bytes: number): Promise<number> {
  const began = performance.now();
  let missing = bytes;
  const back = new Promise<void>((resolve) => {
    const take = (data: Buffer): void => {
      missing -= data.length;
      if (missing > 0) return;
      socket.off('data', take);
      resolve();
    };
    socket.on('data', take);
  });
  socket.write(Buffer.alloc(bytes));
  await back;
  return performance.now() - began;
}

/** Resolves at the end, also at one with an error, which `once` would reject with. */
function ended(connection: Socket): Promise<void> {
  return new Promise((resolve) => connection.once('close', () => resolve()));
}

describe('TcpProxy', () => {
  it('passes bytes, late where told', async () => {
    await echo(3_000_000);
    proxy.impair({ latencyMs: 100 }, ['toClient']);
    expect(await echo(10)).toBeGreaterThan(95);
    proxy.heal();
    await echo(3_000_000);
  });

  it('holds bytes while stalled, and passes them when healed', async () => {
    proxy.impair({ stalled: true }, ['toServer']);
    const back = echo(10);
    expect(await Promise.race([back, sleep(100, 'nothing')])).toBe('nothing');
    proxy.heal();
    expect(await back).toBeGreaterThan(90);
  });

  it('resets connections, and refuses new ones while cut', async () => {
    socket.on('error', () => undefined);
    const closed = ended(socket);
    proxy.cut();
    await closed;
    expect(proxy.resets).toBe(1);
    const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await ended(refused);
    proxy.heal();
    socket = connect(proxy.port, '127.0.0.1');
    await echo(10);
  });
});
