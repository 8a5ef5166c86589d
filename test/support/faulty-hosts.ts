import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { OutboundErrorCode } from '@newsmill/outbound';
import { CertificateAuthority } from './certificates.ts';
import { FAILING_NAMES } from './stub-web/resolve-names.ts';

/** How a request to a faulty host has to end: with a class of fault, or with an answer of a status. */
export type Ending = { code: OutboundErrorCode } | { status: number };

export interface Fault {
  name: string;
  url: string;
  ends: Ending;
}

export interface FaultyHosts {
  faults: readonly Fault[];
  /** `127.0.0.1:<port>` of every host, for the outbound guard's allow list. */
  allow: readonly string[];
  urlOf(name: string): string;
  /** Octets that a fault has given to the network, and its connections so far. */
  cost(name: string): { octets: number; connections: number };
  /** Names of the faults whose connections are open. */
  openConnections(): string[];
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const CHUNK = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
const html = (more: string): string => `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n${more}\r\n`;
const bomb = (coding: string, octets: Buffer): Buffer =>
  Buffer.concat([Buffer.from(html(`content-encoding: ${coding}\r\ncontent-length: ${octets.length}\r\n`)), octets]);

/** Writes for as long as the other side reads. */
function pour(socket: Socket, piece: string | Buffer, first = ''): void {
  socket.write(first);
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

/** One piece a second, the first at once. */
function drip(socket: Socket, piece: (count: number) => string, first = ''): void {
  let count = 0;
  const next = (): void => {
    socket.write(piece((count += 1)));
  };
  socket.write(first);
  next();
  const timer = setInterval(next, 1_000);
  socket.once('close', () => clearInterval(timer));
}

const ZEROS = Buffer.alloc(32 * MIB);
const BOMBS = {
  gzip: bomb('gzip', gzipSync(ZEROS, { level: 1 })),
  br: bomb('br', brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })),
  zstd: bomb('zstd', zstdCompressSync(ZEROS)),
};

/** Without rules, so that it is the page that shows the fault; a site whose robots.txt cannot be had is not asked at all. */
const NO_ROBOTS = 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** Faults of a host that speaks, after the request has come. */
const SPOKEN: Readonly<Record<string, { ends: Ending; answer: (socket: Socket, path: string) => void }>> = {
  hang: { ends: { code: 'timeout' }, answer: () => undefined },
  'drip-headers': {
    ends: { code: 'timeout' },
    answer: (socket) => drip(socket, (count) => `x-${count}: y\r\n`, 'HTTP/1.1 200 OK\r\n'),
  },
  'drip-body': {
    ends: { code: 'timeout' },
    answer: (socket) => drip(socket, () => '.', html('content-length: 9999\r\n')),
  },
  'reset-mid-body': {
    ends: { code: 'connect' },
    answer: (socket) => {
      socket.write(html('content-length: 9999\r\n') + 'x'.repeat(100), () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
    },
  },
  'closes-at-once': { ends: { code: 'connect' }, answer: (socket) => socket.end() },
  'content-length-too-long': {
    ends: { code: 'connect' },
    answer: (socket) => socket.end(html('content-length: 9999\r\n') + 'x'.repeat(100)),
  },
  'content-length-too-short': {
    ends: { status: 200 },
    answer: (socket) => socket.end(html('content-length: 10\r\n') + 'x'.repeat(100)),
  },
  'content-lengths-differ': {
    ends: { code: 'protocol' },
    answer: (socket) => socket.end(`${html('content-length: 10\r\ncontent-length: 20\r\n')}${'x'.repeat(20)}`),
  },
  'endless-chunked': {
    ends: { code: 'too-large' },
    answer: (socket) => pour(socket, CHUNK, html('transfer-encoding: chunked\r\n')),
  },
  'endless-until-close': { ends: { code: 'too-large' }, answer: (socket) => pour(socket, 'x'.repeat(MIB), html('')) },
  'no-chunk': {
    ends: { code: 'protocol' },
    answer: (socket) => socket.end(`${html('transfer-encoding: chunked\r\n')}zz\r\nhello\r\n`),
  },
  'chunk-cut': {
    ends: { code: 'connect' },
    answer: (socket) => socket.end(`${html('transfer-encoding: chunked\r\n')}10\r\nhello`),
  },
  'gzip-bomb': { ends: { code: 'too-large' }, answer: (socket) => socket.end(BOMBS.gzip) },
  'br-bomb': { ends: { code: 'too-large' }, answer: (socket) => socket.end(BOMBS.br) },
  'zstd-bomb': { ends: { code: 'too-large' }, answer: (socket) => socket.end(BOMBS.zstd) },
  'gzip-broken': {
    ends: { code: 'protocol' },
    answer: (socket) => socket.end(bomb('gzip', Buffer.from('no gzip at all'))),
  },
  'redirect-loop': {
    ends: { code: 'redirects' },
    answer: (socket, path) => {
      const location = path === '/a' ? '/b' : '/a';
      socket.end(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`);
    },
  },
  'redirects-for-ever': {
    ends: { code: 'redirects' },
    answer: (socket, path) => {
      socket.end(`HTTP/1.1 302 Found\r\nlocation: ${path}x\r\ncontent-length: 0\r\n\r\n`);
    },
  },
  'redirect-inwards': {
    ends: { code: 'blocked-by-policy' },
    answer: (socket) => {
      socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/\r\ncontent-length: 0\r\n\r\n');
    },
  },
  'storm-of-503': {
    ends: { status: 503 },
    answer: (socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy'),
  },
  'no-status-line': { ends: { code: 'protocol' }, answer: (socket) => socket.end('HTP/1.1 abc\r\n\r\n') },
  'no-headers': {
    ends: { code: 'protocol' },
    answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nthis is no header\r\n\r\n'),
  },
  'nul-in-header': { ends: { code: 'protocol' }, answer: (socket) => socket.end(`${html('x: a\0b\r\n')}x`) },
  'http-0.9': { ends: { code: 'protocol' }, answer: (socket) => socket.end('<html><h1>Old</h1></html>') },
  'endless-headers': {
    ends: { code: 'too-large' },
    answer: (socket) => pour(socket, `x-long: ${'y'.repeat(1000)}\r\n`, 'HTTP/1.1 200 OK\r\n'),
  },
  'flood-of-1xx': {
    ends: { code: 'protocol' },
    answer: (socket) => pour(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)),
  },
  '204-with-body': {
    ends: { status: 204 },
    answer: (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\nbut here it is'),
  },
  '205-with-body': {
    ends: { status: 205 },
    answer: (socket) => socket.end('HTTP/1.1 205 Reset Content\r\ncontent-length: 4\r\n\r\nbody'),
  },
};

/** Hosts with one fault each, on loopback under `<fault>.stub.test`, TLS and names included. */
export async function startFaultyHosts(): Promise<FaultyHosts> {
  const sockets = new Map<Socket, string>();
  const octets = new Map<string, number>();
  const connections = new Map<string, number>();
  const servers: Server[] = [];
  const faults: Fault[] = [];
  const listen = async (name: string, serve: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      sockets.set(socket, name);
      connections.set(name, (connections.get(name) ?? 0) + 1);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        octets.set(name, (octets.get(name) ?? 0) + socket.bytesWritten);
        sockets.delete(socket);
      });
      serve(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  for (const [name, { ends, answer }] of Object.entries(SPOKEN)) {
    const port = await listen(name, (socket) => {
      socket.once('data', (request) => {
        const path = /^\S+ (\S+)/.exec(request.toString('latin1'))?.[1] ?? '/';
        if (path === '/robots.txt') socket.end(NO_ROBOTS);
        else answer(socket, path);
      });
    });
    faults.push({ name, url: `http://${name}.stub.test:${port}/a`, ends });
  }
  const refused = await listen('refused', () => undefined);
  await new Promise((resolve) => servers.pop()!.close(resolve));
  faults.push({ name: 'refused', url: `http://refused.stub.test:${refused}/`, ends: { code: 'connect' } });

  const authority = await CertificateAuthority.create();
  const trusted = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...trusted, await readFile(authority.cert, 'utf8')]);
  const certified = async (name: string, ends: Ending, names: string[], expired = false): Promise<void> => {
    const { cert, key } = await authority.issue({ name, names: names.map((dns) => `DNS:${dns}`), expired });
    const context = tls.createSecureContext({ cert: await readFile(cert), key: await readFile(key) });
    const port = await listen(name, (socket) => {
      const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: context });
      secure.on('error', () => undefined);
      secure.once('data', () => secure.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
    });
    faults.push({ name, url: `https://${name}.stub.test:${port}/`, ends });
  };
  await certified('tls-trusted', { status: 404 }, ['tls-trusted.stub.test']);
  await certified('tls-expired', { code: 'tls' }, ['tls-expired.stub.test'], true);
  await certified('tls-wrong-name', { code: 'tls' }, ['other.stub.test']);
  const other = await CertificateAuthority.create('nobody knows');
  const { cert, key } = await other.issue({ name: 'own', names: ['DNS:tls-self-signed.stub.test'] });
  const unknown = tls.createSecureContext({ cert: await readFile(cert), key: await readFile(key) });
  const handshakes: [name: string, ends: Ending, serve: (socket: Socket) => void][] = [
    [
      'tls-self-signed',
      { code: 'tls' },
      (socket) => {
        new tls.TLSSocket(socket, { isServer: true, secureContext: unknown }).on('error', () => undefined);
      },
    ],
    ['tls-handshake-cut', { code: 'tls' }, (socket) => void socket.once('data', () => socket.resetAndDestroy())],
    ['tls-handshake-ended', { code: 'tls' }, (socket) => void socket.once('data', () => socket.end())],
    [
      'tls-plain-text',
      { code: 'tls' },
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
    ],
    ['tls-handshake-hang', { code: 'timeout' }, (socket) => void socket.resume()],
  ];
  for (const [name, ends, serve] of handshakes) {
    faults.push({ name, url: `https://${name}.stub.test:${await listen(name, serve)}/`, ends });
  }

  const port = await listen('dns', (socket) => socket.destroy());
  for (const [name, ending] of Object.entries(FAILING_NAMES)) {
    faults.push({ name: `dns-${name}`, url: `http://news${ending}:${port}/`, ends: { code: 'dns' } });
  }

  return {
    faults,
    allow: servers
      .map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`)
      .concat(`127.0.0.1:${refused}`),
    urlOf: (name) => faults.find((fault) => fault.name === name)!.url,
    cost: (name) => ({
      octets: [...sockets].reduce(
        (sum, [socket, of]) => sum + (of === name ? socket.bytesWritten : 0),
        octets.get(name) ?? 0,
      ),
      connections: connections.get(name) ?? 0,
    }),
    openConnections: () => [...sockets.values()],
    async close() {
      tls.setDefaultCACertificates(trusted);
      for (const socket of sockets.keys()) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      await Promise.all([authority.remove(), other.remove()]);
    },
  };
}
