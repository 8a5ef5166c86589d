import { describe, expect, it } from '@jest/globals';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type ImportTerms, MAX_BLOCK, pageOf, skipUnread } from './archived-page.js';
import { type ArchivedRecord, readWarc } from './read-warc.js';
import { WarcError } from './warc-error.js';

const DATE = '2026-03-04T05:06:07Z';
const HTML = '<!doctype html><title>Footbridge</title><p>The council voted.';
const terms: ImportTerms = {
  source: 'warc:test.warc',
  hosts: [],
  isOwnExport: false,
  now: new Date('2026-04-01T00:00:00Z'),
};

/** A record as it stands in a file. */
function record(headers: Record<string, string>, block: string | Buffer, version = 'WARC/1.0'): Buffer {
  const octets = Buffer.from(block);
  const lines = Object.entries({
    'WARC-Record-ID': '<urn:uuid:00000000-0000-4000-8000-000000000000>',
    'WARC-Date': DATE,
    ...headers,
    'Content-Length': headers['Content-Length'] ?? String(octets.length),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${version}\r\n${lines.join('')}\r\n`), octets, Buffer.from('\r\n\r\n')]);
}

function response(
  url: string,
  { headers = {}, body = HTML, status = '200 OK', warc = {}, version }: Partial<Response> = {},
): Buffer {
  const http = Object.entries({ 'Content-Type': 'text/html; charset=utf-8', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return record(
    {
      'WARC-Type': 'response',
      'WARC-Target-URI': url,
      'Content-Type': 'application/http; msgtype=response',
      ...warc,
    },
    Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${http}\r\n`), Buffer.from(body)]),
    version,
  );
}

interface Response {
  headers: Record<string, string>;
  body: string | Buffer;
  status: string;
  warc: Record<string, string>;
  version: string;
}

async function* inPieces(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

async function readAll(
  octets: Uint8Array,
  { size = 65_536, own = terms }: { size?: number; own?: ImportTerms } = {},
): Promise<ArchivedRecord[]> {
  const wants = (type: string, headers: Headers): boolean => skipUnread(type, headers, 0, own) === undefined;
  const found: ArchivedRecord[] = [];
  for await (const read of readWarc(inPieces(octets, size), { maxBlock: MAX_BLOCK, wants })) found.push(read);
  return found;
}

async function onePage(octets: Buffer, own = terms) {
  const [read] = await readAll(octets, { own });
  return pageOf(read!, own);
}

const info = record({ 'WARC-Type': 'warcinfo', 'Content-Type': 'application/warc-fields' }, 'software: x\r\n');
const three = [info, response('https://a.example/1'), response('https://a.example/2', { version: 'WARC/1.1' })];

describe('readWarc', () => {
  it.each([
    ['plain', Buffer.concat(three)],
    ['compressed by record', Buffer.concat(three.map((each) => gzipSync(each)))],
    ['compressed as a whole', gzipSync(Buffer.concat(three))],
    ['with blank lines between', Buffer.concat(three.flatMap((each) => [each, Buffer.from('\r\n\r\n')]))],
  ])('reads a file that is %s, in pieces of any size', async (_, octets) => {
    for (const size of [1, 7, 1_000, 1_000_000]) {
      const found = await readAll(octets, { size });
      expect(found.map(({ type }) => type)).toEqual(['warcinfo', 'response', 'response']);
      expect(found.map(({ block }) => block !== undefined)).toEqual([false, true, true]);
    }
  });

  it('tells where each record begins', async () => {
    const plain = await readAll(Buffer.concat(three));
    expect(plain.map(({ offset }) => offset)).toEqual([0, three[0]!.length, three[0]!.length + three[1]!.length]);
    const packed = three.map((each) => gzipSync(each));
    const found = await readAll(Buffer.concat(packed));
    expect(found.map(({ offset }) => offset)).toEqual([0, packed[0]!.length, packed[0]!.length + packed[1]!.length]);
  });

  it('gives what stands before the place where a file is cut off, and names the place', async () => {
    const packed = three.map((each) => gzipSync(each));
    for (const [octets, at] of [
      [Buffer.concat(three), three[0]!.length + three[1]!.length],
      [Buffer.concat(packed), packed[0]!.length + packed[1]!.length],
    ] as const) {
      for (let cut = at + 12; cut < octets.length - 60; cut += 29) {
        const found: string[] = [];
        const reading = (async () => {
          const options = { maxBlock: MAX_BLOCK, wants: () => true };
          for await (const { type } of readWarc(inPieces(octets.subarray(0, cut), 100), options)) found.push(type);
        })();
        await expect(reading).rejects.toThrow(WarcError);
        await expect(reading).rejects.toMatchObject({ offset: at, message: expect.stringMatching(/cut off|damaged/) });
        expect(found).toEqual(['warcinfo', 'response']);
      }
    }
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a page', Buffer.from(HTML)],
    ['zeros', Buffer.alloc(1_000_000)],
    ['an endless line', Buffer.alloc(5_000_000, 'a')],
    ['an endless header', Buffer.from(`WARC/1.0\r\n${'X-A: b\r\n'.repeat(1_000_000)}`)],
    ['a header with line feeds alone', Buffer.from(`WARC/1.0\nWARC-Type: response\n\n${HTML.repeat(10_000)}`)],
    ['a bomb in a header', gzipSync(Buffer.concat([Buffer.from('WARC/1.0\r\nX: '), Buffer.alloc(100_000_000, 'a')]))],
    ['a bomb in front of a header', gzipSync(Buffer.alloc(100_000_000, '\r\n'))],
    ['zstd', zstdCompressSync(Buffer.concat(three))],
    ['a length below zero', record({ 'WARC-Type': 'response', 'Content-Length': '-5' }, HTML)],
    ['a length that is no number', record({ 'WARC-Type': 'response', 'Content-Length': '12abc' }, HTML)],
    ['a length beyond all measure', record({ 'WARC-Type': 'response', 'Content-Length': '9'.repeat(30) }, HTML)],
    ['a length that the file has not', record({ 'WARC-Type': 'response', 'Content-Length': '999999999' }, HTML)],
    ['two lengths', record({ 'WARC-Type': 'response', 'Content-Length': '5\r\nContent-Length: 6' }, HTML)],
    ['no type', record({}, HTML)],
    ['a version of another world', record({ 'WARC-Type': 'response' }, HTML, 'WARC/9.9')],
    [
      'a record without its end',
      Buffer.concat([Buffer.from(response('https://a.example/').subarray(0, -4)), three[1]!.subarray(3)]),
    ],
  ])('ends with an error for %s', async (_, octets) => {
    const before = process.memoryUsage().arrayBuffers;
    await expect(readAll(octets)).rejects.toThrow(WarcError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('passes over a block that is too large without holding it', async () => {
    const large = response('https://a.example/large', { body: Buffer.alloc(MAX_BLOCK + 1, 'x') });
    const [first, second] = await readAll(Buffer.concat([gzipSync(large), gzipSync(three[1]!)]));
    expect(first).toMatchObject({ block: undefined });
    expect(await pageOf(first!, terms)).toEqual({ skip: 'too large' });
    expect(second?.block).toBeDefined();
  });
});

describe('the page of a record', () => {
  it('is what was fetched then', async () => {
    const found = await onePage(
      response('https://a.example/x?utm_source=y#top', {
        headers: { 'Content-Language': 'de', Link: '</y>; rel=canonical' },
        warc: { 'WARC-Date': '2026-03-04T05:06:07.123456789Z' },
        version: 'WARC/1.1',
      }),
    );
    expect(found).toMatchObject({
      page: {
        origin: { mode: 'import', source: 'warc:test.warc' },
        url: { original: 'https://a.example/x', final: 'https://a.example/x' },
        content: HTML,
        charset: 'utf-8',
        status: 200,
        canonical: 'https://a.example/y',
        contentLanguage: 'de',
        fetchedAt: '2026-03-04T05:06:07.123Z',
      },
    });
  });

  it('has the same receipt each time, and another one for another content or time', async () => {
    const receipt = async (octets: Buffer, source = 'a.warc'): Promise<string> => {
      const found = await onePage(octets, { ...terms, source });
      return (found as { page: { receiptId: string } }).page.receiptId;
    };
    const first = await receipt(response('https://a.example/x'));
    expect(await receipt(response('https://a.example/x?utm_source=y'), 'b.warc')).toBe(first);
    expect(await receipt(response('https://a.example/x', { body: `${HTML} Again.` }))).not.toBe(first);
    expect(await receipt(response('https://a.example/x', { warc: { 'WARC-Date': '2026-03-05T00:00:00Z' } }))).not.toBe(
      first,
    );
  });

  const chunked = `5\r\n${HTML.slice(0, 5)}\r\n${(HTML.length - 5).toString(16)}\r\n${HTML.slice(5)}\r\n0\r\n\r\n`;
  it.each([
    ['chunked', { 'Transfer-Encoding': 'chunked' }, chunked],
    ['chunked no more, whatever it says', { 'Transfer-Encoding': 'chunked' }, HTML],
    ['gzip', { 'Content-Encoding': 'gzip' }, gzipSync(HTML)],
    ['brotli', { 'Content-Encoding': 'br' }, brotliCompressSync(HTML)],
    ['zstd', { 'Content-Encoding': 'zstd' }, zstdCompressSync(HTML)],
    ['uncompressed already, whatever it says', { 'Content-Encoding': 'gzip' }, HTML],
    ['of another charset', { 'Content-Type': 'text/html; charset=utf-16le' }, Buffer.from(HTML, 'utf16le')],
  ])('is read when it is %s', async (_, headers, body) => {
    expect(await onePage(response('https://a.example/x', { headers, body }))).toMatchObject({
      page: { content: HTML },
    });
  });

  it('is taken from a resource record too', async () => {
    const resource = record(
      { 'WARC-Type': 'resource', 'WARC-Target-URI': '<https://a.example/x>', 'Content-Type': 'text/html' },
      HTML,
    );
    expect(await onePage(resource)).toMatchObject({ page: { url: { final: 'https://a.example/x' }, content: HTML } });
  });

  it.each([
    ['revisit: the page itself is elsewhere', { warc: { 'WARC-Type': 'revisit' } }],
    ['not a page record', { warc: { 'WARC-Type': 'request' } }],
    ['not a page record', { warc: { 'WARC-Type': 'metadata' } }],
    ['not a page record', { warc: { 'Content-Type': 'text/dns' } }],
    ['segment of a record', { warc: { 'WARC-Segment-Number': '1' } }],
    ['cut off by its crawler', { warc: { 'WARC-Truncated': 'length' } }],
    ['no web address', { warc: { 'WARC-Target-URI': 'dns:a.example' } }],
    ['no web address', { warc: { 'WARC-Target-URI': 'https://user:secret@a.example/' } }],
    ['no date, or one in the future', { warc: { 'WARC-Date': 'yesterday' } }],
    ['no date, or one in the future', { warc: { 'WARC-Date': '2026-13-41T00:00:00Z' } }],
    ['no date, or one in the future', { warc: { 'WARC-Date': '2030-01-01T00:00:00Z' } }],
    ['HTTP status other than 2xx', { status: '301 Moved' }],
    ['HTTP status other than 2xx', { status: '404 Not Found' }],
    ['HTTP status other than 2xx', { status: 'OK' }],
    ['not HTML', { headers: { 'Content-Type': 'image/png' } }],
    ['empty', { body: '' }],
    ['too large', { headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50_000_000, 'x')) }],
    ['content coding cannot be undone', { headers: { 'Content-Encoding': 'gzip' }, body: 'no gzip' }],
    ['content coding cannot be undone', { headers: { 'Content-Encoding': 'rot13' } }],
  ] as const)('is none: %s', async (skip, options) => {
    expect(await onePage(response('https://a.example/x', options as Partial<Response>))).toEqual({ skip });
  });

  it('is of the hosts that are asked for', async () => {
    const own = { ...terms, hosts: ['a.example'] };
    expect(await onePage(response('https://www.a.example/x'), own)).toHaveProperty('page');
    expect(await onePage(response('https://nota.example/x'), own)).toEqual({ skip: 'of another host' });
  });

  it('takes identity from the file of an own export alone', async () => {
    const forged = {
      'WARC-JSON-Metadata': JSON.stringify({ publisher: 'courier', guid: '7', hints: { title: 'T' }, status: 9_000 }),
    };
    const good = { 'WARC-JSON-Metadata': JSON.stringify({ publisher: 'courier', guid: '7', hints: { title: 'T' } }) };
    const own = { ...terms, isOwnExport: true };
    const at = 'https://a.example/x';
    expect(await onePage(response(at, { warc: good }))).not.toHaveProperty('page.publisher');
    expect(await onePage(response(at, { warc: good }), own)).toMatchObject({
      page: { publisher: 'courier', guid: '7', hints: { title: 'T' } },
    });
    expect(await onePage(response(at, { warc: forged }), own)).not.toHaveProperty('page.publisher');
  });
});
