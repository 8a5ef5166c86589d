import { readFileSync } from 'node:fs';
import { articleOutcomes, linkDiscovered, pageFetched } from '@newsmill/contracts';
import { inspectDocument } from '@newsmill/record';
import { articleIdOf, pageIdOf } from '@newsmill/web';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { articlePage } from '../../../../test/support/test-site.ts';
import { fetcher } from '../fetcher.service.js';

const GOLDEN = new URL('../../../../libs/record/golden/', import.meta.url);
const NINJS = 'application/vnd.iptc.ninjs+json';
const json = { 'content-type': 'application/json' };
const urn = 'urn:newsml:courier.example:20261123:1';

function ninjs(more: object = {}): string {
  return JSON.stringify({
    uri: urn,
    type: 'text',
    version: '3',
    versionCreated: '2026-11-23T08:00:00Z',
    headlines: [{ role: 'main', value: 'Ferry runs again' }],
    bodies: [{ role: 'main', contentType: 'text/plain', value: 'The ferry runs again since Monday.' }],
    ...more,
  });
}

let door: RunningDoor;

beforeAll(async () => {
  door = await openDoor(fetcher, { environment: { NEWSMILL_QUERY_URL: 'https://query.courier.example/base' } });
});

afterAll(() => door?.close());

/** The page of a receipt, as it stands on the log. */
async function pageOf(receiptId: string) {
  const found = (await door.events(pageFetched)).filter((page) => page.receiptId === receiptId);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('POST /v1/articles', () => {
  it('puts an address on the log as a link, and answers with what it is known by there', async () => {
    const body = JSON.stringify({ url: 'https://courier.example/a?utm_source=x', guid: 'a-1', restore: true });
    const { status, body: answer } = await door.ask('POST', '/v1/articles', { headers: json, body });
    expect(status).toBe(202);
    const record = (await door.records(linkDiscovered)).at(-1)!;
    expect(answer).toEqual({
      receiptId: expect.stringMatching(/^[0-9A-Z]{26}$/),
      articleId: articleIdOf({ publisher: 'courier', guid: 'a-1' }),
      eventId: record.headers.ce_id!.toString(),
      statusUrl: `https://query.courier.example/base/v1/receipts/${answer.receiptId}`,
    });
    expect((await door.events(linkDiscovered)).at(-1)).toMatchObject({
      receiptId: answer.receiptId,
      url: 'https://courier.example/a?utm_source=x',
      publisher: 'courier',
      guid: 'a-1',
      origin: { mode: 'push', source: 'courier' },
      restore: true,
    });
  });

  it('puts a page on the log, and tells that it was received', async () => {
    const body = JSON.stringify({ url: 'https://courier.example/b', html: articlePage(1) });
    const { status, body: answer } = await door.ask('POST', '/v1/articles', { headers: json, body });
    expect(status).toBe(202);
    expect(answer).not.toHaveProperty('articleId');
    expect(await pageOf(answer.receiptId)).toMatchObject({
      pageId: pageIdOf({ url: 'https://courier.example/b' }),
      mediaType: 'text/html',
      content: articlePage(1),
    });
    const received = (await door.events(articleOutcomes)).flatMap(({ settled }) => settled);
    expect(received).toContainEqual(expect.objectContaining({ receiptId: answer.receiptId, outcome: 'received' }));
  });

  it.each([
    ['in the query', '?url=https%3A%2F%2Fcourier.example%2Fc', {}],
    ['in content-location', '', { 'content-location': 'https://courier.example/c' }],
  ])('takes HTML as it is, its address %s, decoded by its charset', async (_, search, headers) => {
    const { status, body: answer } = await door.ask('POST', `/v1/articles${search}`, {
      headers: { 'content-type': 'text/html; charset=iso-8859-1', ...headers },
      body: Buffer.from('<h1>Großer Deich</h1>', 'latin1'),
    });
    expect(status).toBe(202);
    expect(await pageOf(answer.receiptId)).toMatchObject({
      url: { original: 'https://courier.example/c', final: 'https://courier.example/c' },
      content: '<h1>Großer Deich</h1>',
      charset: 'windows-1252',
    });
  });

  it.each([
    ['NewsML-G2', 'newsml-g2-nitf.xml', 'application/vnd.iptc.g2.newsitem+xml', 'application/vnd.iptc.g2.newsitem+xml'],
    ['NewsML-G2 as XML', 'newsml-g2-xhtml.xml', 'application/xml', 'application/vnd.iptc.g2.newsitem+xml'],
    ['NewsML 1.x', 'newsml-1.xml', 'text/vnd.iptc.newsml', 'text/vnd.iptc.newsml'],
    ['NITF', 'nitf.xml', 'text/vnd.iptc.nitf', 'text/vnd.iptc.nitf'],
    ['NITF without a type that says so', 'nitf.xml', 'text/xml; charset=utf-8', 'text/vnd.iptc.nitf'],
  ] as const)('takes %s, known by the id it names', async (_, file, type, mediaType) => {
    const document = readFileSync(new URL(file, GOLDEN), 'utf8');
    const { guid } = inspectDocument(document, mediaType);
    const { status, body: answer } = await door.ask('POST', '/v1/articles', {
      headers: { 'content-type': type },
      body: document,
    });
    expect([status, typeof guid]).toEqual([202, 'string']);
    expect(answer.articleId).toBe(articleIdOf({ publisher: 'courier', guid: guid! }));
    expect(await pageOf(answer.receiptId)).toMatchObject({ guid, mediaType, content: document });
  });

  it('refuses a message of several items, and says how they go in', async () => {
    const item = readFileSync(new URL('newsml-g2-plain.xml', GOLDEN), 'utf8').replace(/^<\?xml.*?\?>/, '');
    const { status, body } = await door.ask('POST', '/v1/articles', {
      headers: { 'content-type': 'application/vnd.iptc.g2.newsmessage+xml' },
      body: `<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>${item}${item}</itemSet></newsMessage>`,
    });
    expect(status).toBe(422);
    expect(body.errors[0].detail).toMatch(/2|one/);
  });

  it.each([
    ['its own type', NINJS],
    ['plain JSON', 'application/json'],
    ['a type that says nothing', 'application/octet-stream'],
  ])('takes ninjs under %s, known by its uri', async (_, type) => {
    const { status, body: answer } = await door.ask('POST', '/v1/articles?restore=true', {
      headers: { 'content-type': type },
      body: ninjs(),
    });
    expect(status).toBe(202);
    expect(answer).toMatchObject({ version: '3', articleId: articleIdOf({ publisher: 'courier', guid: urn }) });
    expect(await pageOf(answer.receiptId)).toMatchObject({
      pageId: pageIdOf({ publisher: 'courier', guid: urn }),
      guid: urn,
      url: { original: urn, final: urn },
      mediaType: NINJS,
      content: ninjs(),
      restore: true,
    });
  });

  it('keeps the web address of a document beside its id', async () => {
    const { body: answer } = await door.ask('POST', '/v1/articles?url=https://courier.example/d%3Futm_source=y', {
      headers: { 'content-type': NINJS },
      body: ninjs(),
    });
    expect((await pageOf(answer.receiptId)).url).toEqual({
      original: 'https://courier.example/d?utm_source=y',
      final: 'https://courier.example/d',
    });
  });
});

describe('PUT /v1/articles/{guid}', () => {
  it.each([
    ['a number', '4711'],
    ['a URN', urn],
    ['an address', 'https://courier.example/e?id=1'],
    ['a path that leads out', '../../etc/passwd'],
    ['another script', 'статья/№ 5'],
  ])('gives a page the id of the path: %s', async (_, guid) => {
    const body = JSON.stringify({ url: 'https://courier.example/e', html: articlePage(2) });
    const { status, body: answer } = await door.ask('PUT', `/v1/articles/${encodeURIComponent(guid)}`, {
      headers: json,
      body,
    });
    expect(status).toBe(202);
    expect(answer.articleId).toBe(articleIdOf({ publisher: 'courier', guid }));
    expect((await pageOf(answer.receiptId)).guid).toBe(guid);
  });

  it('takes a document that names the same article, and refuses one that names another', async () => {
    const put = (guid: string) =>
      door.ask('PUT', `/v1/articles/${guid}`, { headers: { 'content-type': NINJS }, body: ninjs() });
    expect((await put(urn)).status).toBe(202);
    const refused = await put('another');
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual([{ pointer: '/uri', detail: `is "${urn}", the path says "another"` }]);
  });
});

describe('DELETE /v1/articles/{guid}', () => {
  it('is a version that withdraws: a ninjs item on the topic and under the key of the others', async () => {
    const { status, body: answer } = await door.ask('DELETE', `/v1/articles/${urn}`, {
      headers: json,
      body: JSON.stringify({ reason: 'Wrong person named.', version: 4 }),
    });
    expect(status).toBe(202);
    expect(answer).toMatchObject({ version: '4', articleId: articleIdOf({ publisher: 'courier', guid: urn }) });
    const page = await pageOf(answer.receiptId);
    expect(page).toMatchObject({ pageId: pageIdOf({ publisher: 'courier', guid: urn }), mediaType: NINJS });
    expect(JSON.parse(page.content)).toEqual({
      uri: urn,
      type: 'text',
      version: '4',
      versionCreated: page.fetchedAt,
      pubStatus: 'canceled',
      edNote: 'Wrong person named.',
    });
  });

  it.each([
    ['without a word', '', undefined],
    ['with its reason in the query', '?reason=Legal%20order', 'Legal order'],
  ])('%s', async (_, search, edNote) => {
    const { status, body: answer } = await door.ask('DELETE', `/v1/articles/4711${search}`);
    expect(status).toBe(202);
    expect(JSON.parse((await pageOf(answer.receiptId)).content).edNote).toBe(edNote);
  });

  it.each([
    ['?validate=only', {}, 400],
    ['?restore=true', {}, 400],
    ['?reason=a', { headers: json, body: '{"reason":"b"}' }, 422],
    ['', { headers: json, body: '{"why":"b"}' }, 400],
  ])('refuses what it does not know, and deletes nothing: %s', async (search, init, status) => {
    const before = (await door.records(pageFetched)).length;
    expect((await door.ask('DELETE', `/v1/articles/4711${search}`, init)).status).toBe(status);
    expect(await door.records(pageFetched)).toHaveLength(before);
  });
});

describe('?validate=only', () => {
  it('answers with the record that would be stored, and puts nothing on the log', async () => {
    const before = (await door.records(pageFetched)).length;
    const body = JSON.stringify({ url: 'https://courier.example/f', html: articlePage(3) });
    const { status, body: record } = await door.ask('POST', '/v1/articles?validate=only', { headers: json, body });
    expect(status).toBe(200);
    expect(record).toMatchObject({ pubStatus: 'usable', headlines: [{ role: 'main' }], x: { readingTime: {} } });
    expect(await door.records(pageFetched)).toHaveLength(before);
  });

  it.each([
    ['no article', JSON.stringify({ url: 'https://courier.example/g', html: '<p>Sign in</p>' })],
    ['an address alone', JSON.stringify({ url: 'https://courier.example/g' })],
  ])('answers 422 to %s', async (_, body) => {
    const { status, headers } = await door.ask('PUT', '/v1/articles/g?validate=only', { headers: json, body });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('OPTIONS and HEAD', () => {
  it.each([
    ['/v1/articles', 'POST, OPTIONS'],
    ['/v1/articles/x', 'PUT, DELETE, OPTIONS'],
    ['/v1/articles:batch', 'POST, OPTIONS'],
  ])('tells what %s takes, without a key', async (path, allow) => {
    const { status, headers } = await door.ask('OPTIONS', path, { key: null });
    expect([status, headers.get('allow')]).toEqual([204, allow]);
    expect(headers.get('accept-post')).toMatch(path.endsWith('batch') ? /ndjson/ : /ninjs/);
  });

  it('takes nothing by HEAD', async () => {
    expect((await door.ask('HEAD', '/v1/articles')).status).toBe(404);
  });
});
