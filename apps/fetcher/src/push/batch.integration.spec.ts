import { linkDiscovered, pageFetched } from '@newsmill/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FaultyTransport } from '../../../../test/support/faulty-transport.ts';
import { openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { articlePage } from '../../../../test/support/test-site.ts';
import { fetcher } from '../fetcher.service.js';

const ndjson = { 'content-type': 'application/x-ndjson' };

const transport = new FaultyTransport();
let door: RunningDoor;

beforeAll(async () => {
  door = await openDoor(fetcher, { transport, environment: { NEWSMILL_PUSH_RATE: '0', NEWSMILL_PUSH_BURST: '0' } });
});

afterAll(() => door?.close());

function item(guid: string, version: number): string {
  return JSON.stringify({
    uri: guid,
    type: 'text',
    version: String(version),
    headlines: [{ value: `Version ${version}` }],
  });
}

function batch(lines: readonly string[], headers: Record<string, string> = {}, search = '') {
  return door.ask('POST', `/v1/articles:batch${search}`, {
    headers: { ...ndjson, ...headers },
    body: lines.join('\n'),
  });
}

describe('POST /v1/articles:batch', () => {
  it('answers a result a line, in order; a bad line harms no other', async () => {
    const { status, headers, body } = await batch([
      item('urn:a:1', 1),
      '{"url":"https://courier.example/link"}',
      '{"url":"no address"}',
      '',
      'no json',
      JSON.stringify({ url: 'https://courier.example/page', html: articlePage(1), guid: 'page' }),
      '{"uri":7,"type":"text","headlines":[{"value":"No id"}]}',
    ]);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^application\/x-ndjson/)]);
    expect(body).toMatchObject([
      { line: 1, status: 202, version: '1', receiptId: expect.any(String) },
      { line: 2, status: 202, eventId: expect.any(String) },
      { line: 3, status: 400, title: 'Bad Request', errors: [{ pointer: '/url' }] },
      { line: 5, status: 400 },
      { line: 6, status: 202, articleId: expect.any(String), statusUrl: expect.stringContaining('/v1/receipts/') },
      { line: 7, status: 422, errors: [{ pointer: '/uri' }] },
    ]);
    const onLog = [...(await door.events(pageFetched)), ...(await door.events(linkDiscovered))];
    const taken = body.filter((result: { status: number }) => result.status === 202);
    expect(onLog.map(({ receiptId }) => receiptId).sort()).toEqual(
      taken.map((result: { receiptId: string }) => result.receiptId).sort(),
    );
  });

  it('keeps the order of each article, over many writes to the log', async () => {
    const guids = ['urn:order:1', 'urn:order:2', 'urn:order:3'];
    const lines = Array.from({ length: 600 }, (_, n) => item(guids[n % 3]!, n));
    const { body } = await batch(lines);
    expect(body.map((result: { line: number }) => result.line)).toEqual(lines.map((_, n) => n + 1));
    for (const guid of guids) {
      const pages = (await door.events(pageFetched)).filter((page) => page.guid === guid);
      const versions = pages.map(({ content }) => Number((JSON.parse(content) as { version: string }).version));
      expect(versions).toEqual(Array.from({ length: 200 }, (_, n) => n * 3 + guids.indexOf(guid)));
    }
  });

  it('is taken once under one Idempotency-Key, and finished by a repeat when the log went down in it', async () => {
    const lines = Array.from({ length: 200 }, (_, n) => item(`urn:retry:${n}`, 1));
    const key = { 'idempotency-key': 'batch-1' };
    transport.left = 65;
    const broken = await batch(lines, key);
    transport.left = Infinity;
    const statuses = Map.groupBy(broken.body as { status: number; retryAfter?: number }[], ({ status }) => status);
    expect([...statuses.keys()].sort()).toEqual([202, 503]);
    expect(statuses.get(503)![0]).toMatchObject({ retryAfter: 5 });

    const repeated = await batch(lines, key);
    expect(repeated.body.every((result: { status: number }) => result.status === 202)).toBe(true);
    const known = broken.body.filter((result: { status: number }) => result.status === 202);
    expect(repeated.body.slice(0, known.length)).toEqual(known);
    const pages = (await door.events(pageFetched)).filter(({ guid }) => guid?.startsWith('urn:retry:'));
    expect(new Set(pages.map(({ receiptId }) => receiptId)).size).toBe(200);
    expect(pages).toHaveLength(200);

    const misused = await batch([item('urn:retry:other', 1), ...lines.slice(1)], key);
    expect(misused.body.slice(0, 2)).toMatchObject([{ status: 422 }, { status: 202 }]);
  });

  it('is refused as a whole with 503 when the log takes nothing', async () => {
    transport.left = 0;
    const { status, headers } = await batch([item('urn:down:1', 1)]);
    transport.left = Infinity;
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('answers with records for ?validate=only, and takes nothing', async () => {
    const before = (await door.records(pageFetched)).length;
    const page = (html: string) => JSON.stringify({ url: 'https://courier.example/v', html });
    const { body } = await batch([page(articlePage(4)), page('<p>Sign in</p>')], {}, '?validate=only');
    expect(body).toMatchObject([
      { line: 1, status: 200, record: { pubStatus: 'usable', headlines: [{ role: 'main' }] } },
      { line: 2, status: 422, detail: expect.stringMatching(/^no article can be made/) },
    ]);
    expect(await door.records(pageFetched)).toHaveLength(before);
  });

  it('passes over a line that is too long, and takes those around it', async () => {
    const { body } = await batch([item('urn:long:1', 1), 'x'.repeat(17 * 1024 * 1024), item('urn:long:2', 1)]);
    expect(body).toMatchObject([{ status: 202 }, { line: 2, status: 413 }, { line: 3, status: 202 }]);
  });

  it('ends at 10,000 lines, and says so', async () => {
    const { body } = await batch(Array.from({ length: 10_050 }, () => '[]'));
    expect(body).toHaveLength(10_001);
    expect(body.at(-1)).toMatchObject({ line: 10_001, status: 413 });
  });

  it.each([
    [{ 'content-type': 'application/json' }, '', 415],
    [ndjson, '?restore=true', 400],
    [{ ...ndjson, 'content-encoding': 'gzip' }, '', 415],
  ])('refuses %j %s', async (headers, search, status) => {
    expect((await batch([item('urn:x:1', 1)], headers, search)).status).toBe(status);
  });
});
