import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dial, type Connect, type ConnectTarget } from './dial.js';
import { hostileLocations, hostileTargets, observedConnect, resolveHostile } from './hostile-targets.js';
import { createOutbound, type Outbound } from './outbound.js';
import { OutboundError } from './outbound-error.js';

const USER_AGENT = 'newsmill-test';
const NOT_TRANSIENT = { name: 'OutboundError', transient: false };

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe('hostile targets', () => {
  const { connect, attempts } = observedConnect();
  let outbound: Outbound;

  beforeAll(() => {
    outbound = createOutbound({ userAgent: USER_AGENT, resolve: resolveHostile, connect });
  });
  beforeEach(() => {
    attempts.length = 0;
  });
  afterAll(() => outbound.close());

  it('are at least 120, each once, and nearly all can be redirected to', () => {
    expect(new Set(hostileTargets.map(({ url }) => url)).size).toBe(hostileTargets.length);
    expect(hostileTargets.length).toBeGreaterThanOrEqual(200);
    expect(hostileLocations.length).toBeGreaterThanOrEqual(hostileTargets.length - 6);
  });

  it.each(hostileTargets.map(({ url, kind }) => [url, kind] as const))('%s makes no connection', async (url, kind) => {
    const error = await thrownBy(outbound.fetchPage(url));
    expect(error).toBeInstanceOf(OutboundError);
    expect(error).toMatchObject({ kind, transient: false, code: kind === 'dns' ? 'dns' : 'blocked-by-policy' });
    expect(attempts).toEqual([]);
  });

  it('make no connection when something is posted to them', async () => {
    for (const { url, kind } of hostileTargets) {
      const error = await thrownBy(outbound.post(url, { body: Buffer.from('{}') }));
      expect({ url, error }).toMatchObject({ url, error: { ...NOT_TRANSIENT, kind } });
    }
    expect(attempts).toEqual([]);
  });

  it('make no connection where only one other host is allowed', async () => {
    const { connect: watched, attempts: seen } = observedConnect();
    const allowing = createOutbound({
      userAgent: USER_AGENT,
      resolve: resolveHostile,
      connect: watched,
      allow: ['intranet.example', '10.9.8.7:8080', 'fd12::/64'],
    });
    for (const { url } of hostileTargets) {
      // The port of an allowed address is judged with the address, once the name is resolved.
      expect({ url, error: await thrownBy(allowing.fetchPage(url)) }).toMatchObject({ url, error: NOT_TRANSIENT });
    }
    expect(seen.filter(({ port }) => port !== 8080)).toEqual([]);
    expect(seen).toEqual([]);
    await allowing.close();
  });

  it('sees the attempt on a public target, so that its silence means something', async () => {
    expect(await thrownBy(outbound.fetchPage('https://public.example/'))).toMatchObject({ kind: 'connect' });
    expect(await thrownBy(outbound.post('http://public.example/', { body: Buffer.from('') }))).toMatchObject({
      kind: 'connect',
    });
    expect(attempts.map(({ hostname, addresses, port, secure }) => [hostname, addresses, port, secure])).toEqual([
      ['public.example', [{ address: '93.184.216.34', family: 4 }], 443, true],
      ['public.example', [{ address: '93.184.216.34', family: 4 }], 80, false],
    ]);
  });

  it.each([
    'http://user:secret@public.example/',
    'http://user:secret@public.example:99999/',
    'ftp://user:secret@public.example/',
    'http:\\\\user:secret@public.example/',
    'http://user:sec@secret@public.example/',
  ])('never repeats the credentials of %s', async (url) => {
    const error = await thrownBy(outbound.fetchPage(url));
    expect(error).toMatchObject({ kind: 'bad-url' });
    expect(String(error) + JSON.stringify(error)).not.toMatch(/secret|user:/);
  });
});

describe('redirects to hostile targets', () => {
  let server: Server;
  let port: number;
  let location = '';
  let status = 302;
  let keepAlive = true;
  let attempts: ConnectTarget[] = [];
  const open: Outbound[] = [];

  /** Every attempt to open a socket. Only those to the test's own server are carried out, whatever the guards say. */
  const observe: Connect = (target, signal) => {
    attempts.push(target);
    const own = target.port === port && target.addresses.every(({ address }) => address === '127.0.0.1');
    return own ? dial(target, signal) : Promise.reject(new Error('the suite lets nothing leave loopback'));
  };
  const client = (resolve = resolveHostile): Outbound => {
    const allow = [`127.0.0.1:${port}`];
    const made = createOutbound({ userAgent: USER_AGENT, allow, resolve, connect: observe, maxSocketsPerHost: 1 });
    open.push(made);
    return made;
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (!keepAlive) response.setHeader('connection', 'close');
      if (request.url?.startsWith('/from') !== true) response.end('here');
      else response.writeHead(status, { location }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    attempts = [];
    [status, keepAlive] = [302, true];
  });
  afterAll(async () => {
    await Promise.all(open.map((made) => made.close()));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([301, 302, 303, 307, 308])('of status %i make no further connection', async (redirecting) => {
    status = redirecting;
    const outbound = client();
    for (const { url, kind } of hostileLocations) {
      location = Buffer.from(url).toString('latin1');
      const error = await thrownBy(outbound.fetchPage(`http://127.0.0.1:${port}/from`));
      expect({ url, error }).toMatchObject({ url, error: { ...NOT_TRANSIENT, kind } });
    }
    expect(attempts.filter((attempt) => attempt.port !== port)).toEqual([]);
  });

  it.each(['//127.0.0.1/', '//localhost/', '\\\\10.0.0.1\\', '/\\169.254.169.254/'])(
    'without a scheme (%s) make no further connection',
    async (target) => {
      location = target;
      const error = await thrownBy(client().fetchPage(`http://127.0.0.1:${port}/from`));
      expect(error).toMatchObject({ kind: 'blocked-address' });
      expect(attempts.filter((attempt) => attempt.port !== port)).toEqual([]);
    },
  );

  it('after several public hops make no further connection', async () => {
    const hops = ['/from?1', '/from?2', 'http://[::ffff:127.0.0.1]/'];
    const chain = createServer((_request, response) => response.writeHead(302, { location: hops.shift()! }).end());
    await new Promise<void>((resolve) => chain.listen(0, '127.0.0.1', resolve));
    const own = (chain.address() as AddressInfo).port;
    const seen: ConnectTarget[] = [];
    const outbound = createOutbound({
      userAgent: USER_AGENT,
      allow: [`127.0.0.1:${own}`],
      connect: (target, signal) => {
        seen.push(target);
        return target.port === own ? dial(target, signal) : Promise.reject(new Error('nothing leaves'));
      },
    });
    const error = await thrownBy(outbound.fetchPage(`http://127.0.0.1:${own}/from`));
    expect(error).toMatchObject({ kind: 'blocked-address', url: 'http://[::ffff:7f00:1]/' });
    expect([hops, seen.filter((target) => target.port !== own)]).toEqual([[], []]);
    await outbound.close();
    await new Promise((resolve) => chain.close(resolve));
  });

  it('a name that changes between two hops is judged anew', async () => {
    keepAlive = false;
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    location = '/landed';
    const outbound = client(async () => answers.shift() ?? ['10.0.0.1']);
    const error = await thrownBy(outbound.fetchPage(`http://rebind.example:${port}/from`));
    expect([error, answers]).toMatchObject([{ code: 'blocked-by-policy' }, []]);
    expect(attempts.map(({ addresses }) => addresses[0].address)).toEqual(['127.0.0.1']);
  });

  it('a name that changes while its connection is kept is not asked again, and its new address is never dialled', async () => {
    const answers = [['127.0.0.1']];
    const outbound = client(async () => answers.shift() ?? ['10.0.0.1']);
    for (const path of ['/one', '/two']) {
      expect((await outbound.fetchPage(`http://rebind.example:${port}${path}`)).status).toBe(200);
    }
    expect(attempts.map(({ addresses }) => addresses[0].address)).toEqual(['127.0.0.1']);
  });
});

describe('rebinding', () => {
  it('dials the address that was checked when a name changes its answer between check and use', async () => {
    const { connect, attempts } = observedConnect();
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    let asked = 0;
    const rebinding = createOutbound({
      userAgent: USER_AGENT,
      resolve: async () => answers[(asked += 1) - 1] ?? ['127.0.0.1'],
      connect,
    });
    await expect(rebinding.fetchPage('http://rebind.example/')).rejects.toMatchObject({ kind: 'connect' });
    expect([asked, attempts.map(({ addresses }) => addresses)]).toEqual([
      1,
      [[{ address: '93.184.216.34', family: 4 }]],
    ]);
    await expect(rebinding.fetchPage('http://rebind.example/')).rejects.toMatchObject({ kind: 'blocked-address' });
    expect(attempts).toHaveLength(1);
    await rebinding.close();
  });

  it('dials nothing but the given addresses: the name is not resolved a second time', async () => {
    // A name that the system's resolver does not know is reached all the same: only the checked address counts.
    const server = createServer((_request, response) => response.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outbound = createOutbound({
      userAgent: USER_AGENT,
      allow: [`127.0.0.1:${port}`],
      resolve: async () => ['127.0.0.1'],
    });
    expect((await outbound.fetchPage(`http://unknown.invalid:${port}/`)).status).toBe(200);
    await outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
