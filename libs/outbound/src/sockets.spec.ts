import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dial } from './dial.js';
import { createOutbound, type Outbound } from './outbound.js';
import type { OutboundLimits } from './outbound-options.js';

describe('concurrent sockets', () => {
  let server: Server;
  let port: number;
  let outbound: Outbound;
  const open = new Set<Socket>();
  let opened = 0;
  let most = 0;
  /** Answers that the server holds back, by host name. */
  let held: { host: string; response: ServerResponse }[] = [];
  let holding = true;

  const client = (limits: Partial<OutboundLimits>): Outbound => {
    outbound = createOutbound({
      userAgent: 'newsmill-test',
      allow: [`127.0.0.1:${port}`],
      resolve: async () => ['127.0.0.1'],
      connect: async (target, signal) => {
        const socket = await dial(target, signal);
        open.add(socket);
        opened += 1;
        most = Math.max(most, open.size);
        socket.once('close', () => open.delete(socket));
        return socket;
      },
      ...limits,
    });
    return outbound;
  };
  const get = (host: string, path = '/', signal?: AbortSignal) =>
    outbound.fetchPage(`http://${host}.example:${port}${path}`, signal ? { signal } : {});
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const release = (): void => {
    for (const { response } of held.splice(0)) response.end('done');
  };

  beforeEach(async () => {
    [opened, most, held, holding] = [0, 0, [], true];
    open.clear();
    server = createServer((request, response) => {
      if (request.url?.startsWith('/to-')) {
        response.writeHead(302, { location: `http://${request.url.slice(4)}.example:${port}/` }).end();
      } else if (holding) held.push({ host: request.headers.host!.split('.')[0]!, response });
      else response.end('at once');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('stay below the limit of a host, and another host does not wait for it', async () => {
    client({ maxSocketsPerHost: 2 });
    const same = Array.from({ length: 5 }, () => get('one'));
    await until(() => held.length === 2);
    const other = get('two');
    await until(() => held.some(({ host }) => host === 'two'));
    expect(held.map(({ host }) => host)).toEqual(['one', 'one', 'two']);
    holding = false;
    release();
    expect((await Promise.all([...same, other])).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('stay below the limit of all, and those that are idle make room', async () => {
    client({ maxSockets: 3 });
    holding = false;
    for (const host of ['a', 'b', 'c', 'd', 'e', 'f']) expect((await get(host)).status).toBe(200);
    expect([opened, most]).toEqual([6, 3]);
    const together = await Promise.all(Array.from({ length: 30 }, (_, number) => get(`host-${number}`)));
    expect(together.every(({ status }) => status === 200)).toBe(true);
    expect(most).toBe(3);
  });

  it('a wait for another request costs none of the time that a host has', async () => {
    client({ maxSockets: 1, totalTimeoutMs: 400, firstByteTimeoutMs: 400 });
    const results = await Promise.allSettled([get('hangs'), get('hangs-too'), get('third')]);
    expect(held.map(({ host }) => host)).toEqual(['hangs', 'hangs-too', 'third']);
    expect(results.map((result) => result.status === 'rejected' && (result.reason as Error).message)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('TimeoutMs = 400 ms')),
    );
  });

  it('a redirect waits for a place at the host that it leads to, and holds none meanwhile', async () => {
    client({ maxSockets: 4, maxSocketsPerHost: 1 });
    const busy = get('busy');
    await until(() => held.length === 1);
    const redirected = get('from', '/to-busy');
    holding = false;
    expect((await get('from')).status).toBe(200);
    release();
    expect((await Promise.all([busy, redirected])).map(({ status }) => status)).toEqual([200, 200]);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('who gives up waiting leaves its place in the row', async () => {
    client({ maxSockets: 1 });
    const first = get('one');
    await until(() => held.length === 1);
    const leaving = new AbortController();
    const second = get('two', '/', leaving.signal);
    const third = get('three');
    leaving.abort(new Error('enough'));
    await expect(second).rejects.toMatchObject({ kind: 'aborted', cause: new Error('enough') });
    holding = false;
    release();
    expect((await Promise.all([first, third])).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('a connection that fails gives its place back', async () => {
    client({ maxSockets: 1, maxSocketsPerHost: 1 });
    for (let count = 0; count < 3; count += 1) {
      await expect(outbound.fetchPage('http://10.0.0.1/')).rejects.toMatchObject({ kind: 'blocked-address' });
      await expect(outbound.fetchPage('http://private.example:81/')).rejects.toMatchObject({ kind: 'port' });
    }
    holding = false;
    expect((await get('after')).status).toBe(200);
  });

  it.each([{ maxSockets: 0 }, { maxSocketsPerHost: 0 }, { minBodyBytesPerSecond: -1 }])('%p cannot be', (limits) => {
    client({});
    expect(() => createOutbound({ userAgent: 'x', ...limits })).toThrow(new RegExp(Object.keys(limits)[0]!));
  });
});
