import { readFileSync } from 'node:fs';
import {
  articleChanges,
  articleState,
  deadLetterAddress,
  type EventOf,
  mainHeadline,
  plainBody,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import { runServices, type RunningServices } from '@newsmill/service';
import { DeadLetters, decodeEvent } from '@newsmill/stage';
import { pipelineTopics, type SampleSite, services, startSampleSite } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';

interface Expected {
  rejected?: true;
  title: string;
  authors: string[];
  published: string;
  language: string;
  paragraphs: string[];
  images: { file: string; caption?: string; credit?: string }[];
}

const expected = JSON.parse(
  readFileSync(new URL('../apps/standalone/sample/expected.json', import.meta.url), 'utf8'),
) as Record<string, Expected>;
const articles = Object.entries(expected).filter(([, { rejected }]) => !rejected);

let brokenFor = 0;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let sample: SampleSite;
let site: TestSite;
let transport: PostgresTransport;
let running: RunningServices;
let client: NewsmillClient;

beforeAll(async () => {
  database = await freshDatabase();
  sample = await startSampleSite(0);
  const html = { 'content-type': 'text/html; charset=utf-8' };
  site = await startTestSite({
    '/hangs': () => undefined,
    '/broken': (_, response) => response.writeHead(500).end(),
    '/mends': (_, response) => {
      brokenFor += 1;
      if (brokenFor < 2) response.writeHead(503).end();
      else response.writeHead(200, html).end(articlePage(77));
    },
    '/loop': (_, response) => response.writeHead(302, { location: '/loop2' }).end(),
    '/loop2': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/for-ever': (_, response) => response.writeHead(302, { location: `/for-ever?${Math.random()}` }).end(),
    '/gone': (_, response) => response.writeHead(410).end(),
    '/empty': (_, response) => response.writeHead(200, html).end(),
    '/report.pdf': (_, response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-1.7\n'),
    '/disguised.pdf': (_, response) => response.writeHead(200).end('%PDF-1.7\n%âãÏÓ\n1 0 obj'),
    '/20mb': (_, response) => response.writeHead(200, html).end(articlePage(1) + ' '.repeat(20 * 1024 * 1024)),
    '/charset': (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=klingon-8' })
        .end(articlePage(5, 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.')),
  });
  transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  running = await runServices(services, {
    environment: {
      NEWSMILL_TRANSPORT: 'postgres',
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_API_KEY: `courier=${KEY}`,
      NEWSMILL_FEEDS: sample.feedUrl,
      NEWSMILL_OUTBOUND_ALLOW: `127.0.0.1:${sample.port},${site.host}`,
      NEWSMILL_FETCH_TIMEOUT_MS: '1000',
      NEWSMILL_LOG_LEVEL: 'silent',
    },
  });
  client = new NewsmillClient(running.url, KEY);
});

afterAll(async () => {
  await running?.close();
  await transport?.close();
  await sample?.close();
  await site?.close();
  await database?.drop();
});

async function readTopic<T extends Topic>(topic: T): Promise<EventOf<T>[]> {
  const events: EventOf<T>[] = [];
  for await (const record of transport.read(topicAddress('newsmill', topic), 'earliest')) {
    events.push(decodeEvent(topic, record));
  }
  return events;
}

describe('the sample site, from its feed to the store', () => {
  beforeAll(async () => {
    await until('the whole feed is answered for', 60_000, async () => {
      const { received, closes } = await client.flow();
      return received >= Object.keys(expected).length && closes ? true : undefined;
    });
  });

  it.each(articles)('%s', async (path, want) => {
    const record = (await client.get(
      `/v1/articles?url=${encodeURIComponent(new URL(path, sample.origin).href)}`,
    )) as Awaited<ReturnType<NewsmillClient['article']>>;
    expect(mainHeadline(record)).toBe(want.title);
    expect((record.people ?? []).map(({ name }) => name)).toEqual(want.authors);
    expect(Date.parse(record.x.dates.published!)).toBe(Date.parse(want.published));
    expect(record.language?.split('-')[0]).toBe(want.language);
    const body = plainBody(record).split(/\n+/);
    for (const paragraph of want.paragraphs) expect(body).toContain(paragraph);
    for (const { file, caption, credit } of want.images) {
      const image = record.associations?.find(({ renditions }) => renditions?.[0]?.href?.endsWith(file));
      expect([file, image?.descriptions?.find(({ role }) => role === 'caption')?.value]).toEqual([file, caption]);
      expect([file, image?.by]).toEqual([file, credit]);
      if (caption !== undefined) expect(plainBody(record)).not.toContain(caption);
    }
  });

  it('rejects the sign-in page and stores everything else', async () => {
    expect((await client.flow()).states).toMatchObject({ stored: articles.length, rejected: 1 });
  });

  it('tells subscribers of each article once, as change and as state', async () => {
    const [changes, states] = await Promise.all([
      until('changes are published', 10_000, async () => {
        const all = await readTopic(articleChanges);
        return all.length >= articles.length ? all : undefined;
      }),
      until('states are published', 10_000, async () => {
        const all = await readTopic(articleState);
        return all.length >= articles.length ? all : undefined;
      }),
    ]);
    expect(changes.map(({ changeKind, revision }) => [changeKind, revision])).toEqual(articles.map(() => ['new', 1]));
    expect(new Set(states.map(({ articleId }) => articleId)).size).toBe(articles.length);
  });
});

describe('push', () => {
  it('a page becomes a record; the receipt leads to it', async () => {
    const pushed = await client.push({ url: 'https://courier.example/1', html: articlePage(1), guid: 'one' });
    expect(pushed.status).toBe(202);
    expect(pushed.statusUrl).toBe(`${running.url}/v1/receipts/${pushed.receiptId}`);
    const receipt = await client.settled(pushed.receiptId!);
    expect(receipt).toMatchObject({ state: 'stored', articleId: pushed.body.articleId });
    const record = await client.article(receipt.articleId!);
    expect(mainHeadline(record)).toBe('Footbridge 1 to be repaired');
    expect(record.altIds).toContainEqual({ role: 'guid', value: 'one' });
    expect(record.x.acquisition).toMatchObject({ mode: 'push', source: 'courier' });
  });

  it('the same page again is unchanged; an edited one is a new revision with its fields named', async () => {
    const url = 'https://courier.example/2';
    const first = await client.settled((await client.push({ url, html: articlePage(2) })).receiptId!);
    const again = await client.settled((await client.push({ url, html: articlePage(2) })).receiptId!);
    const edited = await client.settled(
      (await client.push({ url, html: articlePage(2, 'Work starts in May.') })).receiptId!,
    );
    expect([first.state, again.state, edited.state]).toEqual(['stored', 'unchanged', 'stored']);
    expect(new Set([first, again, edited].map(({ articleId }) => articleId)).size).toBe(1);
    const { versions } = (await client.get(`/v1/articles/${first.articleId}/history`)) as {
      versions: { revision: number; changeKind: string; fields: string[] }[];
    };
    expect(versions.map(({ revision, changeKind, fields }) => [revision, changeKind, fields])).toEqual([
      [1, 'new', []],
      [2, 'update', ['body']],
    ]);
  });

  it('a URL is fetched', async () => {
    const pushed = await client.push({ url: `${site.origin}/charset` });
    const receipt = await client.settled(pushed.receiptId!);
    expect(receipt.state).toBe('stored');
    expect(plainBody(await client.article(receipt.articleId!))).toContain('Zwölf Boxkämpfer');
  });

  it.each([
    ['malformed JSON', '{"url":', {}, 400, []],
    ['no URL', {}, {}, 400, ['/url']],
    [
      'every wrong field at once',
      { url: 'ftp://x/', html: '', guid: ' ', ttl: 1 },
      {},
      400,
      ['/url', '/html', '/guid', '/ttl'],
    ],
    ['a page of 0 bytes', { url: 'https://courier.example/3', html: '' }, {}, 400, ['/html']],
    [
      'a page over the limit',
      { url: 'https://courier.example/3', html: 'x'.repeat(11 * 1024 * 1024) },
      {},
      413,
      ['/html'],
    ],
    ['a body of 20 MB', { url: 'https://courier.example/3', html: 'x'.repeat(20 * 1024 * 1024) }, {}, 413, []],
    ['no key', { url: 'https://courier.example/3' }, { authorization: '' }, 401, []],
    [
      'a wrong key',
      { url: 'https://courier.example/3' },
      { authorization: 'Bearer a-key-that-is-long-enougH' },
      401,
      [],
    ],
    ['an unknown charset', { url: 'https://courier.example/3' }, { 'content-type': 'application/x-klingon' }, 415, []],
  ])('%s is answered as a problem', async (_, body, headers, status, pointers) => {
    const answer = await client.push(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
    const errors = (answer.body.errors ?? []) as { pointer: string }[];
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each([
    ['/gone', 'HTTP status 410'],
    ['/nowhere', 'HTTP status 404'],
    ['/empty', 'empty'],
    ['/report.pdf', 'application/pdf'],
    ['/disguised.pdf', 'application/pdf'],
    ['/loop', 'redirect'],
    ['/for-ever', 'maxRedirects'],
    ['/20mb', 'too-large'],
  ])('%s is rejected: %s', async (path, reason) => {
    const receipt = await client.settled((await client.push({ url: `${site.origin}${path}` })).receiptId!);
    expect(receipt.state).toBe('rejected');
    expect(receipt.reason).toMatch(new RegExp(reason));
  });

  it('an address on this machine that is not allowed is rejected without a connection', async () => {
    const receipt = await client.settled((await client.push({ url: 'http://127.0.0.1/' })).receiptId!);
    expect(receipt.state).toBe('rejected');
    expect(receipt.reason).toContain('blocked-address');
  });

  it('a server that is broken for a moment is asked again', async () => {
    const receipt = await client.settled((await client.push({ url: `${site.origin}/mends` })).receiptId!);
    expect(receipt.state).toBe('stored');
    expect(site.hits.get('/mends')).toBe(2);
  });

  it.each([
    ['/hangs', 'timeout', 'timeout'],
    ['/broken', 'remote', 'http-exhausted'],
  ] as const)(
    '%s ends with the dead letters (%s) after three tries, and again after a redrive',
    async (path, errorClass, reasonClass) => {
      const { receiptId } = await client.push({ url: `${site.origin}${path}` });
      expect(await client.settled(receiptId!)).toMatchObject({
        state: 'dead',
        reason: expect.stringMatching(new RegExp(`^${reasonClass}: `)),
      });
      expect(site.hits.get(path)).toBe(3);
      const letters = new DeadLetters(transport, 'newsmill');
      const waiting = async () => {
        const found = [];
        for await (const letter of letters.waiting({ receiptIds: [receiptId!] })) found.push(letter);
        return found;
      };
      const [first, ...others] = await waiting();
      expect([first?.why.dead_error_class, first?.why.dead_redrives, others]).toEqual([errorClass, 0, []]);
      expect(await letters.redrive({ ids: [first!.id] })).toEqual({ count: 1, tired: 0, more: false });
      const second = await until(`${path} dies again`, 30_000, async () => (await waiting())[0]);
      expect(site.hits.get(path)).toBe(6);
      expect(second.id).not.toBe(first!.id);
      expect(second.why.dead_redrives).toBe(1);
      expect(second.record.headers.newsmill_redriven_from?.toString()).toBe(first!.id);
      expect((await client.settled(receiptId!)).state).toBe('dead');
      expect(await letters.redrive({ ids: [second.id] }, { maxRedrives: 1 })).toMatchObject({ count: 0, tired: 1 });
    },
  );
});

describe('a broken event on the log', () => {
  it('dies with its class; everything around it goes on', async () => {
    const address = topicAddress('newsmill', { name: 'news.page.fetched.v1' });
    await transport.publish([{ topic: address, key: Buffer.from('k'), value: Buffer.from('{nonsense'), headers: {} }]);
    const pushed = await client.push({ url: 'https://courier.example/9', html: articlePage(9) });
    expect((await client.settled(pushed.receiptId!)).state).toBe('stored');
    await until('the dead letter is there', 10_000, async () => {
      for await (const { value } of transport.read(deadLetterAddress('newsmill', 'parse'), 'earliest')) {
        return value?.toString();
      }
      return undefined;
    });
  });
});

describe('the account', () => {
  it('closes: everything received is answered for', async () => {
    const flow = await until('nothing is open', 60_000, async () => {
      const now = await client.flow();
      return now.closes ? now : undefined;
    });
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    const counted = [...metrics.matchAll(/^newsmill_received_total\{door="(?:push|feed)"\} (\d+)$/gm)];
    expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(flow.received);
  });

  it('is ready and alive', async () => {
    expect((await fetch(`${running.url}/livez`)).status).toBe(200);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  });
});
