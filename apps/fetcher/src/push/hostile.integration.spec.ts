import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { linkDiscovered, pageFetched } from '@newsmill/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KEY, openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { until } from '../../../../test/support/newsmill-client.ts';
import { articlePage } from '../../../../test/support/test-site.ts';
import { fetcher } from '../fetcher.service.js';

const MIB = 1024 * 1024;
const NINJS = 'application/vnd.iptc.ninjs+json';
const json = { 'content-type': 'application/json' };
const ninjs = { 'content-type': NINJS };
const page = '/v1/articles?url=https://courier.example/a';

let door: RunningDoor;

beforeAll(async () => {
  door = await openDoor(fetcher);
});

afterAll(() => door?.close());

const taken = async () => (await door.records(pageFetched)).length + (await door.records(linkDiscovered)).length;

/** What is sent is refused with this status, as a problem, and nothing of it is taken. */
async function isRefused(status: number, method: string, path: string, init: RequestInit): Promise<string> {
  const before = await taken();
  const answer = await door.ask(method, path, init);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    expect.stringMatching(/^application\/problem\+json/),
  ]);
  expect(answer.body).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
  expect(await taken()).toBe(before);
  return answer.body.detail as string;
}

function endless(bytes: number): RequestInit {
  let left = bytes;
  const body = new ReadableStream({
    pull(controller) {
      if (left <= 0) controller.close();
      else controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      left -= 64 * 1024;
    },
  });
  return { body, duplex: 'half' };
}

describe('bodies that are too large', () => {
  it.each([
    ['that say so', { body: Buffer.alloc(50 * MIB, 0x20) }],
    ['that do not say so', endless(50 * MIB)],
  ])('%s are refused with 413', async (_, init) => {
    await isRefused(413, 'POST', '/v1/articles', { ...init, headers: json });
  });

  it('that are cut off in the middle leave their connection to the next request', async () => {
    const body = Buffer.alloc(17 * MIB, 0x20);
    const chunked = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
    const head = `host: x\r\nauthorization: Bearer ${KEY}\r\n`;
    const statuses = await raw(
      Buffer.concat([
        Buffer.from(`POST ${page} HTTP/1.1\r\n${head}content-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n`),
        chunked,
        Buffer.from(`DELETE /v1/articles/behind HTTP/1.1\r\n${head}connection: close\r\n\r\n`),
      ]),
    );
    expect(statuses).toEqual([413, 202]);
  });

  it.each([
    ['a page', 'POST', page, { 'content-type': 'text/html' }, () => `<p>${'a'.repeat(10 * MIB)}</p>`],
    [
      'a page in JSON',
      'POST',
      '/v1/articles',
      json,
      () => `{"url":"https://a.example/","html":"${'a'.repeat(11 * MIB)}"}`,
    ],
    ['what swells on the log', 'POST', page, { 'content-type': 'text/html' }, () => '\u0001'.repeat(9 * MIB)],
    ['a document', 'POST', '/v1/articles', ninjs, () => `{"uri":"urn:a:1","x":"${'a'.repeat(11 * MIB)}"}`],
  ])('%s of over 10 MiB is refused with 413', async (_, method, path, headers, body) => {
    await isRefused(413, method, path, { headers, body: body() });
  });

  it('that are compressed are refused with 415, whatever is inside', async () => {
    const body = gzipSync(Buffer.alloc(64 * MIB));
    const answer = await door.ask('POST', page, { headers: { ...json, 'content-encoding': 'gzip' }, body });
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity']);
  });
});

describe('many large bodies at once', () => {
  it('are held up to 64 MiB, and given free when they end', async () => {
    const { hostname, port } = new URL(door.url);
    const sockets = Array.from({ length: 4 }, () => connect(Number(port), hostname));
    const head = `POST ${page} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: text/html\r\n`;
    const push = async () =>
      door.ask('POST', page, { headers: { 'content-type': 'text/html' }, body: `<p>${'a'.repeat(4 * MIB)}</p>` });
    try {
      // The system keeps little of it: what is written has been read by the door.
      const written = sockets.map(async (socket) => {
        socket.on('error', () => undefined);
        socket.write(`${head}content-length: ${16 * MIB}\r\n\r\n`);
        const { promise, resolve } = Promise.withResolvers<void>();
        socket.write(Buffer.alloc(15 * MIB + 512 * 1024, 0x20), () => resolve());
        return promise;
      });
      await Promise.all(written);
      const refused = await until('the door is full', 30_000, async () => {
        const answer = await push();
        return answer.status === 503 ? answer : undefined;
      });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await until('there is room again', 30_000, async () => ((await push()).status === 202 ? true : undefined));
  });
});

describe('JSON that is none, or worse', () => {
  it.each([
    ['not JSON', '{"url":', 400],
    ['nothing', '', 400],
    ['blank', '   ', 400],
    ['an array', '[]', 400],
    ['null', 'null', 400],
    ['nested a million deep', '['.repeat(1_000_000), 400],
    ['nested in a field', `{"url":${'{"a":'.repeat(100_000)}`, 400],
    ['a prototype', '{"url":"https://a.example/","__proto__":{"restore":true}}', 400],
    ['a constructor', '{"url":"https://a.example/","constructor":{"prototype":{}}}', 400],
    ['a field twice, one of them wrong', '{"url":"https://a.example/","url":7}', 400],
    ['NUL, escaped', '{"url":"https://a.example/","guid":"a\\u0000b"}', 400],
    ['NUL as it is', '{"url":"https://a.example/","guid":"a\0b"}', 400],
    ['half a character', '{"url":"https://a.example/","guid":"\\ud800"}', 400],
    ['a file', '{"url":"file:///etc/passwd"}', 400],
    ['a script', '{"url":"javascript:alert(1)"}', 400],
    ['credentials', '{"url":"https://me:secret@a.example/"}', 400],
  ])('%s is refused', async (_, body, status) => {
    const detail = await isRefused(status, 'POST', '/v1/articles', { headers: json, body });
    expect(detail).not.toContain('secret');
  });

  it.each([
    ['an array', '[]', 422],
    ['nested a million deep', `{"uri":${'['.repeat(1_000_000)}`, 400],
    ['with NUL in its id', '{"uri":"urn:a:\\u0000","type":"text"}', 400],
    ['with a line break in its id', '{"uri":"urn:a:\\nb","type":"text"}', 422],
    ['with an id of 600 characters', `{"uri":"urn:a:${'x'.repeat(600)}","type":"text"}`, 422],
  ])('ninjs that is %s', async (_, body, status) => {
    const answer = await door.ask('POST', '/v1/articles', { headers: ninjs, body });
    expect(answer.status).toBe(status);
  });

  it('names the wrong fields by JSON pointer, without end', async () => {
    const { body } = await door.ask('POST', '/v1/articles', {
      headers: json,
      body: JSON.stringify({ url: 7, guid: ' ', 'a/b~c': 1, ...Object.fromEntries(Array(1000).entries()) }),
    });
    expect(body.errors.length).toBeLessThanOrEqual(20);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/url', '/guid']),
    );
  });

  it.each([
    ['UTF-8', json, Buffer.from('{"url":"https://a.example/\xe4"}', 'latin1')],
    ['XML in UTF-8', { 'content-type': 'application/xml; charset=utf-8' }, Buffer.from('<a>\xe4\xff</a>', 'latin1')],
  ])('wrong %s is refused with 400 or 415', async (_, headers, body) => {
    const { status } = await door.ask('POST', '/v1/articles', { headers, body });
    expect([400, 415]).toContain(status);
  });
});

describe('content types', () => {
  it.each(['image/png', 'multipart/form-data; boundary=x', 'application/pdf', 'application/x-www-form-urlencoded'])(
    '%s is refused with 415 and what is taken',
    async (type) => {
      const answer = await door.ask('POST', '/v1/articles', { headers: { 'content-type': type }, body: 'x' });
      expect(answer.status).toBe(415);
      expect(answer.headers.get('accept-post')).toContain(NINJS);
    },
  );

  it('a body that nobody knows is refused with 415', async () => {
    await isRefused(415, 'POST', '/v1/articles', { headers: { 'content-type': 'text/plain' }, body: 'Dear editors' });
  });

  it('a page without an address is refused with 400', async () => {
    await isRefused(400, 'POST', '/v1/articles', { headers: { 'content-type': 'text/html' }, body: articlePage(1) });
  });
});

describe('addresses and headers', () => {
  it.each([
    ['NUL', '/v1/articles/a%00b', 400],
    ['a line break', '/v1/articles/a%0d%0ab', 400],
    ['blank', '/v1/articles/%20', 400],
    ['600 characters', `/v1/articles/${'a'.repeat(600)}`, 400],
    ['an escape that is none', '/v1/articles/%ZZ', 400],
    ['octets that are no UTF-8', '/v1/articles/%ff', 400],
  ])('an id with %s is refused', async (_, path, status) => {
    await isRefused(status, 'DELETE', path, {});
  });

  it('an id of 512 characters of any script is taken', async () => {
    const path = `/v1/articles/${encodeURIComponent('界'.repeat(512))}`;
    expect((await door.ask('DELETE', path)).status).toBe(202);
  });

  it.each([
    ['an unknown parameter', '/v1/articles?restor=true'],
    ['a parameter twice', '/v1/articles?validate=only&validate=only'],
    ['another way to validate', '/v1/articles?validate=yes'],
    ['an address that is none', '/v1/articles?url=about:blank'],
    ['a prototype', '/v1/articles?__proto__=x'],
  ])('%s is refused with 400', async (_, path) => {
    await isRefused(400, 'POST', path, { headers: json, body: '{"url":"https://a.example/"}' });
  });

  it.each([
    ['two lengths', ['content-length: 3', 'content-length: 30']],
    ['a length and chunks', ['content-length: 3', 'transfer-encoding: chunked']],
    ['a Host that is none', ['content-length: 28', 'x-forwarded-host: evil.example']],
    ['a header that is folded', ['content-length: 28', 'x-a: b', '\tc']],
  ])('%s in one request take nothing that is not said', async (what, headers) => {
    const before = await taken();
    const statuses = await raw(
      [
        'POST /v1/articles HTTP/1.1',
        `host: ${what.startsWith('a Host') ? 'a b' : '127.0.0.1'}`,
        `authorization: Bearer ${KEY}`,
        'content-type: application/json',
        'connection: close',
        ...headers,
        '',
        '{"url":"https://a.example/"}',
      ].join('\r\n'),
    );
    expect(statuses).toEqual([400]);
    expect(await taken()).toBe(before);
  });

  it('signature and bearer key in one request are refused', async () => {
    const headers = { ...json, 'x-newsmill-signature': `sha256=${'0'.repeat(64)}` };
    await isRefused(400, 'POST', '/v1/articles', { headers, body: '{"url":"https://a.example/"}' });
  });
});

/** Sends octets as they are. @returns the statuses that are answered until the connection ends */
function raw(octets: string | Buffer): Promise<number[]> {
  const { hostname, port } = new URL(door.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(octets));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve([...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)));
    });
  });
}
