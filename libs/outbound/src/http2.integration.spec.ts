import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer, type Server } from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import { CertificateAuthority } from '../../../test/support/certificates.ts';
import type { Connect } from './dial.js';
import { createOutbound, type Outbound } from './outbound.js';
import { OutboundError } from './outbound-error.js';
import type { OutboundOptions } from './outbound-options.js';

type Route = (stream: ServerHttp2Stream, session: ServerHttp2Session) => void;

const MIB = 1024 * 1024;
const text = (body: Uint8Array): string => new TextDecoder().decode(body);

let authority: CertificateAuthority;
let server: Http2SecureServer;
let ca: string;
let certificate: { cert: string; key: string };
let origin: string;
let serverPort: number;
const routes = new Map<string, Route>();
const sessions = new Set<ServerHttp2Session>();
let requests: string[] = [];
const open: Outbound[] = [];
let dialled: string[] = [];
/** The line between client and server; while it is silent, the connections that it has are dead for good. */
let line: net.Server;
let silence = false;
const dead = new Set<net.Socket>();
const lineSockets = new Set<net.Socket>();

/** As the client dials, trusting the test's authority. */
const connect: Connect = (target, signal) =>
  new Promise((resolve, reject) => {
    dialled.push(`${target.hostname}:${target.port}`);
    const socket = tls.connect({
      host: '127.0.0.1',
      port: target.port === serverPort ? (line.address() as AddressInfo).port : target.port,
      servername: 'localhost',
      ca,
      ALPNProtocols: [...target.protocols],
    });
    signal.addEventListener('abort', () => socket.destroy(signal.reason as Error), { once: true });
    socket.on('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });

function outbound(options: Partial<OutboundOptions> = {}): Outbound {
  const made = createOutbound({
    userAgent: 'newsmill-test',
    allow: [`localhost:${new URL(origin).port}`],
    resolve: async () => ['127.0.0.1'],
    connect,
    http2: true,
    ...options,
  });
  open.push(made);
  return made;
}

async function failure(promise: Promise<unknown>): Promise<OutboundError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return error as OutboundError;
}

beforeAll(async () => {
  authority = await CertificateAuthority.create();
  const files = await authority.issue({ name: 'localhost', names: ['DNS:localhost', 'DNS:other.localhost'] });
  ca = readFileSync(authority.cert, 'utf8');
  certificate = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  server = createSecureServer({ ...certificate, allowHTTP1: false });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    requests.push(headers[':path'] ?? '');
    const route = routes.get(new URL(headers[':path'] ?? '/', 'https://x').pathname);
    if (route === undefined) {
      stream.respond({ ':status': 404 });
      stream.end('no such page');
    } else route(stream, stream.session as ServerHttp2Session);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  serverPort = (server.address() as AddressInfo).port;
  origin = `https://localhost:${serverPort}`;
  line = net.createServer((client) => {
    const upstream = net.connect(serverPort, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      lineSockets.add(from);
      from.on('data', (data) => {
        if (silence) dead.add(client);
        if (!dead.has(client)) to.write(data);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  requests = [];
  dialled = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()));
  for (const session of sessions) session.destroy();
});

afterAll(async () => {
  for (const socket of lineSockets) socket.destroy();
  line.close();
  await new Promise((resolve) => server.close(resolve));
  await authority.remove();
});

const page =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Route =>
  (stream) => {
    stream.respond({ ':status': status, 'content-type': 'text/html', ...headers });
    stream.end(body);
  };

describe('over HTTP/2', () => {
  it('brings pages, several at a time over one connection', async () => {
    for (const number of [1, 2, 3, 4, 5]) routes.set(`/${number}`, page(`page ${number}`));
    const client = outbound();
    await client.fetchPage(`${origin}/1`);
    const found = await Promise.all([2, 3, 4, 5].map((number) => client.fetchPage(`${origin}/${number}`)));
    expect(found.map(({ body }) => text(body))).toEqual(['page 2', 'page 3', 'page 4', 'page 5']);
    expect(dialled).toHaveLength(1);
    expect(found[0]).toMatchObject({ status: 200, contentType: 'text/html', redirects: [] });
    expect(Object.keys(found[0]!.headers).filter((name) => name.startsWith(':'))).toEqual([]);
  });

  it('undoes content codings, asks on conditions, posts', async () => {
    routes.set('/coded', page(gzipSync('<p>coded'), { 'content-encoding': 'gzip' }));
    routes.set('/same', (stream) => {
      stream.respond({ ':status': 304, etag: '"a"' });
      stream.end();
    });
    routes.set('/post', (stream) => {
      const taken: Buffer[] = [];
      stream.on('data', (data: Buffer) => taken.push(data));
      stream.on('end', () =>
        page('', { 'x-taken': String(Buffer.concat(taken).length) })(stream, stream.session as never),
      );
    });
    const client = outbound();
    expect(text((await client.fetchPage(`${origin}/coded`)).body)).toBe('<p>coded');
    expect((await client.fetchPage(`${origin}/same`, { etag: '"a"' })).status).toBe(304);
    const posted = await client.post(`${origin}/post`, { body: Buffer.from('hello') });
    expect(posted).toMatchObject({ status: 200, headers: { 'x-taken': '5' } });
  });

  it('speaks HTTP/1.1 with a server that knows no other', async () => {
    const old: Server = createHttpsServer(certificate, (_, response) => response.end(_.httpVersion));
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const { port } = old.address() as AddressInfo;
    const client = outbound({ allow: [`localhost:${port}`] });
    expect(text((await client.fetchPage(`https://localhost:${port}/`)).body)).toBe('1.1');
    await client.close();
    old.closeAllConnections();
    await new Promise((resolve) => old.close(resolve));
  });

  it('is not offered unless it is wanted', async () => {
    await failure(outbound({ http2: false }).fetchPage(`${origin}/1`));
    expect(requests).toEqual([]);
  });

  it('reaches no address that the policy refuses, by a name or by a redirect', async () => {
    const port = new URL(origin).port;
    expect(await failure(outbound({ allow: [], allowedPorts: [Number(port)] }).fetchPage(`${origin}/1`))).toMatchObject(
      {
        kind: 'blocked-address',
      },
    );
    expect(dialled).toEqual([]);
    routes.set('/inside', page('', { location: `https://10.0.0.1:${port}/` }, 302));
    expect(await failure(outbound().fetchPage(`${origin}/inside`))).toMatchObject({ kind: 'port' });
    expect(dialled).toHaveLength(1);
  });

  it('dials, and so judges, another name for itself, though the certificate covers it (no coalescing)', async () => {
    const { port } = new URL(origin);
    routes.set('/1', page('<p>one'));
    routes.set('/elsewhere', page('', { location: `https://other.localhost:${port}/1` }, 302));
    const client = outbound({ allow: [`localhost:${port}`, `other.localhost:${port}`] });
    expect(text((await client.fetchPage(`${origin}/elsewhere`)).body)).toBe('<p>one');
    expect(dialled).toEqual([`localhost:${port}`, `other.localhost:${port}`]);
    expect(await failure(outbound().fetchPage(`${origin}/elsewhere`))).toMatchObject({ kind: 'port' });
  });

  it('bounds redirects', async () => {
    routes.set('/loop', page('', { location: '/loop' }, 302));
    expect(await failure(outbound().fetchPage(`${origin}/loop`))).toMatchObject({ kind: 'redirect-loop' });
  });

  const fields = (count: number, octets: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, 'x'.repeat(octets)]));
  it.each([
    ['one large field', fields(1, 40_000), 'too-large'],
    ['100 fields', fields(100, 500), 'too-large'],
    ['more than HTTP/2 itself takes, 64 KiB', fields(100, 2_000), 'protocol'],
    ['more fields than HTTP/2 itself takes, 128', fields(300, 1), 'protocol'],
  ])('bounds headers: %s', async (_, headers, kind) => {
    routes.set('/headers', page('never', headers));
    expect(await failure(outbound().fetchPage(`${origin}/headers`))).toMatchObject({ kind });
  });

  it('passes early hints over (1xx)', async () => {
    routes.set('/early', (stream) => {
      for (let hint = 0; hint < 20; hint += 1) stream.additionalHeaders({ ':status': 103, link: '</x>; rel=preload' });
      page('<p>at last')(stream, stream.session as never);
    });
    expect(text((await outbound().fetchPage(`${origin}/early`)).body)).toBe('<p>at last');
  });

  it('bounds the body, as transferred and as decoded', async () => {
    routes.set('/large', page(Buffer.alloc(3 * MIB, 'x')));
    expect(await failure(outbound({ maxBodyBytes: MIB }).fetchPage(`${origin}/large`))).toMatchObject({
      kind: 'too-large',
    });
    routes.set('/bomb', page(gzipSync(Buffer.alloc(32 * MIB)), { 'content-encoding': 'gzip' }));
    expect(await failure(outbound({ maxDecompressedBytes: 2 * MIB }).fetchPage(`${origin}/bomb`))).toMatchObject({
      kind: 'too-large',
    });
    routes.set('/endless', (stream) => {
      stream.respond({ ':status': 200 });
      const go = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(65_536)));
        if (!stream.destroyed) stream.once('drain', go);
      };
      go();
    });
    expect(await failure(outbound({ maxBodyBytes: MIB }).fetchPage(`${origin}/endless`))).toMatchObject({
      kind: 'too-large',
    });
  });

  it('bounds the time to the headers, and of the whole', async () => {
    routes.set('/silent', () => undefined);
    expect(await failure(outbound({ firstByteTimeoutMs: 200 }).fetchPage(`${origin}/silent`))).toMatchObject({
      kind: 'timeout',
      transient: true,
    });
    routes.set('/drip', (stream) => {
      stream.respond({ ':status': 200 });
      const timer = setInterval(() => stream.write('x'), 20);
      stream.on('close', () => clearInterval(timer));
    });
    expect(await failure(outbound({ totalTimeoutMs: 300 }).fetchPage(`${origin}/drip`))).toMatchObject({
      kind: 'timeout',
    });
  });

  it.each([
    ['a stream that is reset in its body', (stream: ServerHttp2Stream) => stream.close(2)],
    ['a session that ends in a body', (_: ServerHttp2Stream, session: ServerHttp2Session) => session.destroy()],
    [
      'a session that says goodbye in a body',
      (stream: ServerHttp2Stream, session: ServerHttp2Session) => {
        session.goaway(11);
        stream.close(11);
      },
    ],
  ])('tells %s, and that it may be tried again', async (_, end) => {
    routes.set('/cut', (stream, session) => {
      stream.respond({ ':status': 200, 'content-length': '1000' });
      stream.write('a part', () => end(stream, session));
    });
    expect(await failure(outbound().fetchPage(`${origin}/cut`))).toMatchObject({ transient: true });
  });

  it('finds a new connection when the one at hand is dead', async () => {
    routes.set('/1', page('<p>one'));
    const client = outbound({ firstByteTimeoutMs: 300 });
    await client.fetchPage(`${origin}/1`);
    silence = true;
    const answers = [];
    setTimeout(() => (silence = false), 100);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      answers.push(
        await client.fetchPage(`${origin}/1`).then(
          () => 'answered',
          (error: unknown) => (error as OutboundError).kind,
        ),
      );
    }
    // The line is up again for new connections; what was under way on the old one is lost.
    expect(answers).toEqual(['timeout', 'answered', 'answered']);
    expect(dialled).toHaveLength(2);
  });

  it('ends with the client', async () => {
    routes.set('/silent', () => undefined);
    const client = outbound();
    const waiting = failure(client.fetchPage(`${origin}/silent`));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.close();
    expect(await waiting).toMatchObject({ kind: 'connect' });
  });
});
