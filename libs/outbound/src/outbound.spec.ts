import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOutbound, type Outbound } from './outbound.js';
import { OutboundError } from './outbound-error.js';
import type { OutboundOptions } from './outbound-options.js';

type Route = (request: IncomingMessage, response: ServerResponse) => void;

const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const MIB = 1024 * 1024;

describe('fetchPage', () => {
  let server: Server;
  let origin: string;
  const routes = new Map<string, Route>();
  const open: Outbound[] = [];

  const outbound = (options: Partial<OutboundOptions> = {}): Outbound => {
    const made = createOutbound({
      userAgent: 'newsmill-test (+https://news.example)',
      allow: [new URL(origin).host],
      ...options,
    });
    open.push(made);
    return made;
  };
  const failure = async (promise: Promise<unknown>): Promise<OutboundError> => {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(OutboundError);
    return error as OutboundError;
  };
  const redirect =
    (location: string, status = 302): Route =>
    (_request, response) => {
      response.writeHead(status, { location }).end('moved');
    };
  const encoded =
    (coding: string, body: Uint8Array): Route =>
    (_request, response) => {
      response.writeHead(200, { 'content-encoding': coding, 'content-type': 'text/html' }).end(body);
    };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const route = routes.get(new URL(request.url ?? '/', 'http://x').pathname);
      if (route === undefined) response.writeHead(404).end('no such page');
      else route(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await Promise.all(open.map((made) => made.close()));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('brings a page', async () => {
    let seen: IncomingMessage['headers'] = {};
    routes.set('/page', (request, response) => {
      seen = request.headers;
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'X-Twice': ['a', 'b'] }).end('<p>é');
    });
    const page = await outbound().fetchPage(`${origin}/page#top`, { headers: { Accept: 'text/html' } });
    expect({ ...page, body: text(page.body) }).toMatchObject({
      url: `${origin}/page`,
      redirects: [],
      status: 200,
      contentType: 'text/html; charset=utf-8',
      headers: { 'x-twice': 'a, b' },
      body: '<p>é',
    });
    expect(seen).toMatchObject({
      accept: 'text/html',
      'user-agent': 'newsmill-test (+https://news.example)',
      'accept-encoding': 'gzip, br, zstd, deflate',
      host: new URL(origin).host,
    });
  });

  it('asks for what changed, and brings 304', async () => {
    routes.set('/conditional', (request, response) => {
      const unchanged =
        request.headers['if-none-match'] === '"v1"' &&
        request.headers['if-modified-since'] === 'Sat, 01 Jun 2024 10:00:00 GMT';
      response.writeHead(unchanged ? 304 : 200, { etag: '"v1"' }).end(unchanged ? undefined : 'body');
    });
    const client = outbound();
    expect((await client.fetchPage(`${origin}/conditional`)).status).toBe(200);
    const again = await client.fetchPage(`${origin}/conditional`, {
      etag: '"v1"',
      lastModified: 'Sat, 01 Jun 2024 10:00:00 GMT',
    });
    expect(again).toMatchObject({ status: 304, headers: { etag: '"v1"' } });
    expect(again.body).toHaveLength(0);
    expect((await client.fetchPage(`${origin}/conditional`, { etag: 'bad\r\nx: y' })).status).toBe(200);
  });

  it('does not take the Content-Length of a 304 for a body', async () => {
    routes.set('/unchanged', (_request, response) => response.writeHead(304, { 'content-length': 50 * MIB }).end());
    const page = await outbound().fetchPage(`${origin}/unchanged`, { etag: '"v1"' });
    expect(page).toMatchObject({ status: 304, body: new Uint8Array() });
  });

  it.each([404, 410, 429, 500, 503])('brings %i as an answer', async (status) => {
    routes.set('/status', (_request, response) => response.writeHead(status, { 'retry-after': '7' }).end('sorry'));
    const page = await outbound().fetchPage(`${origin}/status`);
    expect(page).toMatchObject({ status, headers: { 'retry-after': '7' } });
    expect(text(page.body)).toBe('sorry');
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['identity', (body: Buffer) => body],
    ['gzip, br', (body: Buffer) => brotliCompressSync(gzipSync(body))],
  ])('undoes %s', async (coding, compress) => {
    const story = 'One hundred and forty lines of news. '.repeat(4000);
    routes.set('/encoded', encoded(coding, compress(Buffer.from(story))));
    expect(text((await outbound().fetchPage(`${origin}/encoded`)).body)).toBe(story);
  });

  it.each(['gzip', 'x-gzip', 'br', 'zstd', 'gzip, br'])(
    'takes markup as it is that its server calls %s',
    async (coding) => {
      routes.set('/uncoded', encoded(coding, Buffer.from('<!doctype html><p>News')));
      expect(text((await outbound().fetchPage(`${origin}/uncoded`)).body)).toBe('<!doctype html><p>News');
    },
  );

  it('undoes the codings under one that was only told', async () => {
    routes.set('/half', encoded('br, gzip', gzipSync('<!doctype html><p>News')));
    expect(text((await outbound().fetchPage(`${origin}/half`)).body)).toBe('<!doctype html><p>News');
  });

  it('keeps to the limits of a body that is not compressed as told', async () => {
    routes.set('/large', encoded('gzip', Buffer.from(`<!doctype html>${'x'.repeat(MIB)}`)));
    const error = await failure(outbound({ maxBodyBytes: MIB / 2 }).fetchPage(`${origin}/large`));
    expect(error.message).toMatch(/maxBodyBytes|Content-Length/);
  });

  it('takes an empty body that claims to be compressed', async () => {
    routes.set('/empty', encoded('gzip', new Uint8Array()));
    expect((await outbound().fetchPage(`${origin}/empty`)).body).toHaveLength(0);
  });

  it.each([
    ['gzip', Buffer.from('this is no gzip'), /not valid gzip/],
    ['gzip', gzipSync('cut short'.repeat(100)).subarray(0, 30), /not valid gzip/],
    ['br', Buffer.from('this is no brotli at all'), /not valid br/],
    ['zstd', Buffer.from('this is no zstd'), /not valid zstd/],
    ['rot13', Buffer.from('x'), /"rot13" is not one of/],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync('x'))), /3 codings/],
  ])('refuses a broken %s body', async (coding, body, message) => {
    routes.set('/broken', encoded(coding, body));
    const error = await failure(outbound().fetchPage(`${origin}/broken`));
    expect(error).toMatchObject({ kind: 'protocol', url: `${origin}/broken` });
    expect(error.message).toMatch(message);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
    ['gzip, gzip', (body: Buffer) => gzipSync(gzipSync(body))],
  ])('stops a %s bomb', async (coding, compress) => {
    routes.set('/bomb', encoded(coding, compress(Buffer.alloc(16 * MIB))));
    const bySize = await failure(
      outbound({ maxDecompressedBytes: 2 * MIB, maxDecompressionRatio: 1e9 }).fetchPage(`${origin}/bomb`),
    );
    expect(bySize).toMatchObject({ kind: 'too-large', transient: false });
    expect(bySize.message).toMatch(/maxDecompressedBytes = 2097152 bytes/);
    const byRatio = await failure(
      outbound({ maxDecompressedBytes: 1024 * MIB, maxDecompressionRatio: 100 }).fetchPage(`${origin}/bomb`),
    );
    expect(byRatio.message).toMatch(/maxDecompressionRatio = 100/);
  });

  it('stops at a body over its limit, announced or not', async () => {
    routes.set('/announced', (_request, response) =>
      response.writeHead(200, { 'content-length': 5 * MIB }).flushHeaders(),
    );
    routes.set('/silent', (_request, response) => response.end(Buffer.alloc(5 * MIB)));
    const client = outbound({ maxBodyBytes: MIB });
    expect((await failure(client.fetchPage(`${origin}/announced`))).message).toMatch(/Content-Length is 5242880/);
    routes.set('/silent', (_request, response) => {
      response.write(Buffer.alloc(3 * MIB));
      response.end(Buffer.alloc(3 * MIB));
    });
    const silent = await failure(client.fetchPage(`${origin}/silent`));
    expect(silent).toMatchObject({ kind: 'too-large', transient: false });
    expect(silent.message).toMatch(/maxBodyBytes = 1048576 bytes/);
    expect(silent.message).toContain(`${origin}/silent`);
  });

  it('stops an endless body', async () => {
    routes.set('/endless', (_request, response) => {
      const zeros = new Readable({ read: () => zeros.push(Buffer.alloc(64 * 1024)) });
      pipeline(zeros, response, () => undefined);
    });
    expect((await failure(outbound({ maxBodyBytes: MIB }).fetchPage(`${origin}/endless`))).kind).toBe('too-large');
  });

  it('stops headers over their limit', async () => {
    routes.set('/headers', (_request, response) => response.writeHead(200, { 'x-long': 'a'.repeat(9000) }).end());
    const error = await failure(outbound({ maxHeaderBytes: 8192 }).fetchPage(`${origin}/headers`));
    expect(error).toMatchObject({ kind: 'too-large' });
    expect(error.message).toMatch(/maxHeaderBytes = 8192/);
  });

  it('does not wait for headers that do not come', async () => {
    routes.set('/mute', () => undefined);
    const error = await failure(outbound({ firstByteTimeoutMs: 50 }).fetchPage(`${origin}/mute`));
    expect(error).toMatchObject({ kind: 'timeout', transient: true, url: `${origin}/mute` });
    expect(error.message).toMatch(/firstByteTimeoutMs = 50 ms/);
  });

  it('does not wait for a body that drips', async () => {
    routes.set('/drip', (_request, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const error = await failure(outbound({ totalTimeoutMs: 200 }).fetchPage(`${origin}/drip`));
    expect(error).toMatchObject({ kind: 'timeout', transient: true });
    expect(error.message).toMatch(/totalTimeoutMs = 200 ms/);
  });

  it('does not wait for a connection that does not come', async () => {
    const client = outbound({ connectTimeoutMs: 50, connect: () => new Promise(() => undefined) });
    const stuck = await failure(client.fetchPage(`${origin}/`));
    expect(stuck).toMatchObject({ kind: 'timeout', transient: true, url: `${origin}/` });
    expect(stuck.message).toMatch(/connectTimeoutMs = 50 ms/);
    const unresolved = outbound({ connectTimeoutMs: 50, resolve: () => new Promise(() => undefined) });
    const unanswered = await failure(unresolved.fetchPage('http://slow.example/'));
    expect(unanswered).toMatchObject({ kind: 'dns', transient: true });
    expect(unanswered.message).toMatch(/connectTimeoutMs = 50 ms/);
  });

  it('keeps to the first byte, the total time and the abort of its caller while it connects', async () => {
    const never = { connect: () => new Promise<never>(() => undefined) };
    const late = await failure(outbound({ ...never, totalTimeoutMs: 60 }).fetchPage(`${origin}/`));
    expect(late.message).toMatch(/totalTimeoutMs = 60 ms/);
    const silent = await failure(outbound({ ...never, firstByteTimeoutMs: 60 }).fetchPage(`${origin}/`));
    expect(silent.message).toMatch(/firstByteTimeoutMs = 60 ms/);
    const left = await failure(outbound(never).fetchPage(`${origin}/`, { signal: AbortSignal.timeout(60) }));
    expect(left.kind).toBe('aborted');
  });

  it.each([
    ['all permanent', [301, 308], '/end-2'],
    ['permanent, then for now', [308, 302], '/end-1'],
    ['for now, then permanent', [307, 301], undefined],
    ['none', [], undefined],
  ])('tells where a page has moved for good: %s', async (_, statuses, movedTo) => {
    statuses.forEach((status, index) => routes.set(`/end-${index}`, redirect(`/end-${index + 1}`, status)));
    routes.set(`/end-${statuses.length}`, (_request, response) => response.end('here'));
    const { movedTo: moved } = await outbound().fetchPage(`${origin}/end-0`);
    expect(moved).toBe(movedTo && `${origin}${movedTo}`);
  });

  it('follows redirects and tells the way', async () => {
    routes.set('/one', redirect('two?x=1', 301));
    routes.set('/two', redirect('/dir/../three#here', 307));
    routes.set('/three', redirect('/caf\xc3\xa9', 308));
    routes.set('/caf%C3%A9', (_request, response) => response.end('here'));
    const page = await outbound().fetchPage(`${origin}/one`);
    expect(page).toMatchObject({
      url: `${origin}/caf%C3%A9`,
      redirects: [`${origin}/one`, `${origin}/two?x=1`, `${origin}/three`],
      status: 200,
    });
  });

  it('asks before each request, and sends none that is refused', async () => {
    const asked: string[] = [];
    const sent: string[] = [];
    routes.set('/start', (request, response) => {
      sent.push('/start');
      redirect('/secret')(request, response);
    });
    routes.set('/secret', (_request, response) => {
      sent.push('/secret');
      response.end();
    });
    const refusal = new Error('not there');
    const beforeRequest = async (url: URL): Promise<void> => {
      asked.push(url.pathname);
      await Promise.resolve();
      if (url.pathname === '/secret') throw refusal;
    };
    await expect(outbound().fetchPage(`${origin}/start`, { beforeRequest })).rejects.toBe(refusal);
    expect([asked, sent]).toEqual([['/start', '/secret'], ['/start']]);
  });

  it('waits for the leave to send within the total time alone', async () => {
    let isEnded = false;
    const beforeRequest = (_url: URL, signal: AbortSignal): Promise<void> =>
      new Promise(() => signal.addEventListener('abort', () => void (isEnded = true)));
    const error = await failure(outbound({ totalTimeoutMs: 50 }).fetchPage(`${origin}/page`, { beforeRequest }));
    expect([error.kind, isEnded]).toEqual(['timeout', true]);
  });

  it('brings a redirect that leads nowhere as an answer', async () => {
    routes.set('/nowhere', (_request, response) => response.writeHead(302).end('x'));
    expect((await outbound().fetchPage(`${origin}/nowhere`)).status).toBe(302);
  });

  it('stops a redirect loop and a long chain', async () => {
    routes.set('/loop-a', redirect('/loop-b'));
    routes.set('/loop-b', redirect('/loop-a#again'));
    routes.set('/self', redirect('/self'));
    routes.set('/chain', (request, response) => {
      const step = Number(new URL(request.url ?? '/', origin).searchParams.get('n'));
      response.writeHead(302, { location: `/chain?n=${step + 1}` }).end();
    });
    const client = outbound();
    expect(await failure(client.fetchPage(`${origin}/loop-a`))).toMatchObject({
      kind: 'redirect-loop',
      transient: false,
    });
    expect((await failure(client.fetchPage(`${origin}/self`))).kind).toBe('redirect-loop');
    const chain = await failure(client.fetchPage(`${origin}/chain?n=0`));
    expect(chain.kind).toBe('too-many-redirects');
    expect(chain.message).toMatch(/maxRedirects = 5/);
    routes.set('/once', redirect('/page'));
    expect((await failure(outbound({ maxRedirects: 0 }).fetchPage(`${origin}/once`))).kind).toBe('too-many-redirects');
  });

  it('takes no secrets to another origin', async () => {
    const seen: Record<string, unknown>[] = [];
    const host = `other.example:${new URL(origin).port}`;
    routes.set('/secret', redirect('/same'));
    routes.set('/same', (request, response) => {
      seen.push(request.headers);
      response.writeHead(302, { location: `http://${host}/other` }).end();
    });
    routes.set('/other', (request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const client = outbound({ resolve: async () => ['127.0.0.1'] });
    await client.fetchPage(`${origin}/secret`, {
      headers: { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Kept': 'y' },
    });
    expect(seen[0]).toMatchObject({ authorization: 'Bearer x', cookie: 'a=b', 'x-kept': 'y' });
    expect(seen[1]).toMatchObject({ 'x-kept': 'y', host });
    expect(seen[1]).not.toHaveProperty('authorization');
    expect(seen[1]).not.toHaveProperty('cookie');
  });

  it('ends when the caller has had enough', async () => {
    routes.set('/wait', () => undefined);
    routes.set('/partial', (_request, response) => response.write('part'));
    const client = outbound();
    const waiting = new AbortController();
    const pending = client.fetchPage(`${origin}/wait`, { signal: waiting.signal });
    setImmediate(() => waiting.abort(new Error('shutting down')));
    const error = await failure(pending);
    expect(error).toMatchObject({ kind: 'aborted', transient: false, cause: new Error('shutting down') });
    const reading = AbortSignal.timeout(100);
    expect((await failure(client.fetchPage(`${origin}/partial`, { signal: reading }))).kind).toBe('aborted');
    expect((await failure(client.fetchPage(`${origin}/page`, { signal: AbortSignal.abort() }))).kind).toBe('aborted');
  });

  it('tries the next address of a host when one does not answer', async () => {
    routes.set('/two', (request, response) => response.end(request.headers.host));
    const host = `two.example:${new URL(origin).port}`;
    const client = outbound({ allow: [host], resolve: async () => ['::1', '127.0.0.1'] });
    expect(text((await client.fetchPage(`http://${host}/two`)).body)).toBe(host);
  });

  it('tells a connection that is refused, lost or not HTTP', async () => {
    const answers = new Map<string, string | undefined>([
      ['/lost', undefined],
      ['/half', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
      ['/cut', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
      ['/ssh', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ]);
    const raw = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (request) => {
        // A TLS handshake begins with record type 22 (RFC 8446 section 5.1).
        if (request[0] === 22) return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        const answer = answers.get(/ (\S+) /.exec(request.toString())?.[1] ?? '');
        if (answer === undefined) socket.resetAndDestroy();
        else socket.end(answer);
      });
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(raw.address() as AddressInfo).port}`;
    const client = outbound({ allow: [host] });
    expect(await failure(client.fetchPage(`http://${host}/lost`))).toMatchObject({ kind: 'connect', transient: true });
    expect(await failure(client.fetchPage(`http://${host}/half`))).toMatchObject({ transient: true });
    expect(await failure(client.fetchPage(`http://${host}/cut`))).toMatchObject({ transient: true });
    expect(await failure(client.fetchPage(`http://${host}/ssh`))).toMatchObject({ kind: 'protocol', transient: false });
    expect(await failure(client.fetchPage(`https://${host}/tls`))).toMatchObject({ kind: 'tls', transient: false });
    await new Promise((resolve) => raw.close(resolve));
    expect(await failure(client.fetchPage(`http://${host}/gone`))).toMatchObject({ kind: 'connect', transient: true });
  });

  it('tells a name without address from a resolver that is down', async () => {
    const failing = (code: string): Outbound =>
      outbound({ resolve: () => Promise.reject(Object.assign(new Error(code), { code })) });
    const unknown = await failure(failing('ENOTFOUND').fetchPage('http://gone.example/a'));
    expect(unknown).toMatchObject({ kind: 'dns', transient: false, url: 'http://gone.example/a' });
    for (const code of ['EAI_AGAIN', 'ESERVFAIL', 'EREFUSED']) {
      expect(await failure(failing(code).fetchPage('http://news.example/'))).toMatchObject({
        kind: 'dns',
        transient: true,
      });
    }
  });

  it('refuses request headers that belong to it', async () => {
    await expect(outbound().fetchPage(`${origin}/page`, { headers: { Host: 'internal' } })).rejects.toThrow(
      /Host is set/,
    );
    await expect(outbound().fetchPage(`${origin}/page`, { headers: { 'X-A': 'a\r\nb: c' } })).rejects.toThrow(
      TypeError,
    );
  });

  it('refuses options that cannot be', () => {
    expect(() => createOutbound({ userAgent: ' ' })).toThrow(/userAgent/);
    expect(() => createOutbound({ userAgent: 'x', maxBodyBytes: 0 })).toThrow(/maxBodyBytes/);
    expect(() => createOutbound({ userAgent: 'x', totalTimeoutMs: Number.NaN })).toThrow(/totalTimeoutMs/);
    expect(() => createOutbound({ userAgent: 'x', allow: ['no way'] })).toThrow(/allow/);
  });
});
