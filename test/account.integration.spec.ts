import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pageFetched, topicAddress } from '@newsmill/contracts';
import { type RunningServices, runServices } from '@newsmill/service';
import { encodeEvent } from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { machineEnvironment } from './support/environment.config.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';
const [ADMIN, SECOND_ADMIN] = ['an-admin-key-that-is-long-enough', 'another-admin-key-of-theirs'];
const COMMAND = fileURLToPath(new URL('../apps/standalone/bin/newsmill.js', import.meta.url));

let database: Awaited<ReturnType<typeof freshDatabase>>;
let site: TestSite;
let transport: PostgresTransport;
let running: RunningServices;
let client: NewsmillClient;
let siteIsWell = false;

const environment = (extra: Record<string, string> = {}) => ({
  NEWSMILL_TRANSPORT: 'postgres',
  NEWSMILL_DATABASE_URL: database.url,
  NEWSMILL_HTTP_PORT: '0',
  NEWSMILL_API_KEY: `courier=${KEY}`,
  NEWSMILL_OUTBOUND_ALLOW: site.host,
  NEWSMILL_LOG_LEVEL: 'silent',
  ...extra,
});

beforeAll(async () => {
  database = await freshDatabase();
  site = await startTestSite({
    '/ailing': (_, response) => {
      if (siteIsWell) response.writeHead(200, { 'content-type': 'text/html' }).end(articlePage(50));
      else response.writeHead(500).end();
    },
    '/broken': (_, response) => response.writeHead(500).end(),
  });
  transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  const hashed = `sha256:${createHash('sha256').update(SECOND_ADMIN).digest('hex')}`;
  running = await runServices(services, { environment: environment({ NEWSMILL_ADMIN_KEY: `${ADMIN},${hashed}` }) });
  client = new NewsmillClient(running.url, KEY);
}, 120_000);

afterAll(async () => {
  await running?.close();
  await transport?.close();
  await site?.close();
  await database?.drop();
});

interface Answer {
  status: number;
  type: string | null;
  body: Record<string, unknown>;
}

async function admin(path: string, body?: unknown, key = ADMIN): Promise<Answer> {
  const response = await fetch(`${running.url}/v1/${path}`, {
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type')?.split(';')[0] ?? null;
  return { status: response.status, type, body: (await response.json()) as Record<string, unknown> };
}

type Letters = { id: string; errorClass: string; redrives: number; fingerprint: string; destination: string }[];

async function letters(query = ''): Promise<Letters> {
  return (await admin(`dead-letters${query}`)).body.letters as Letters;
}

async function newsmill(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...machineEnvironment(), NEWSMILL_TRANSPORT: 'postgres', NEWSMILL_DATABASE_URL: database.url },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const quiet = () =>
  until('nothing is in flight', 60_000, async () => {
    const { body } = await admin('status');
    const { receipts, backlogs } = body as { receipts: { closes: boolean }; backlogs: { records: number }[] };
    return receipts.closes && backlogs.every(({ records }) => records === 0) ? body : undefined;
  });

describe('dead letters over HTTP', () => {
  it('are closed without a key, with a wrong one, or where none is configured', async () => {
    for (const [key, status] of [
      [KEY, 401],
      ['', 401],
      [SECOND_ADMIN, 200],
    ] as const) {
      for (const path of ['dead-letters', 'status']) {
        expect([path, key, (await admin(path, undefined, key)).status]).toEqual([path, key, status]);
      }
      const open = status === 200;
      expect((await admin('dead-letters:drop', { filter: {}, dryRun: true }, key)).status).toBe(open ? 200 : 401);
    }
    const without = await runServices([services.find(({ name }) => name === 'store')!], { environment: environment() });
    try {
      for (const path of ['dead-letters', 'dead-letters/fetch/0/0', 'status']) {
        const response = await fetch(`${without.url}/v1/${path}`, { headers: { authorization: `Bearer ${ADMIN}` } });
        expect([path, response.status]).toEqual([path, 403]);
      }
      await until('it is ready', 30_000, async () => ((await fetch(`${without.url}/readyz`)).ok ? true : undefined));
    } finally {
      await without.close();
    }
  });

  it('are listed by filter and page, grouped, shown, and re-driven until they are stored', async () => {
    const pushed = await Promise.all(
      ['/ailing', '/broken'].map((path) => client.push({ url: `${site.origin}${path}` })),
    );
    for (const { receiptId } of pushed) expect((await client.settled(receiptId!)).state).toBe('dead');
    const all = await letters();
    expect(all.map(({ errorClass, redrives }) => [errorClass, redrives])).toEqual([
      ['remote', 0],
      ['remote', 0],
    ]);
    const { body: page } = await admin('dead-letters?limit=1&stage=fetch&class=remote');
    expect(page).toEqual({ letters: [all[0]], next: all[0]!.id });
    expect((await admin(`dead-letters?limit=1&cursor=${String(page.next)}`)).body).toEqual({ letters: [all[1]] });
    expect(await letters('?class=timeout')).toEqual([]);
    expect(await letters(`?until=${new Date(0).toISOString()}`)).toEqual([]);
    expect((await admin('dead-letters?group=true')).body).toMatchObject({
      total: 2,
      groups: [{ count: 2, stage: 'fetch', fingerprint: all[0]!.fingerprint }],
    });
    const ailing = (await Promise.all(all.map(async ({ id }) => (await admin(`dead-letters/${id}`)).body))).find(
      ({ value }) => String(value).includes('/ailing'),
    )!;
    const escaped = await admin(`dead-letters/${encodeURIComponent(String(ailing.id))}`);
    expect(escaped.body).toEqual(ailing);
    expect(ailing).toMatchObject({ stage: 'fetch', destination: 'newsmill.news.link.discovered.v1' });

    const dry = await admin('dead-letters:redrive', { ids: [ailing.id], dryRun: true });
    expect([dry.status, dry.body]).toEqual([
      200,
      {
        count: 1,
        tired: 0,
        more: false,
        dryRun: true,
        letters: [{ id: ailing.id, destination: 'newsmill.news.link.discovered.v1' }],
      },
    ]);
    siteIsWell = true;
    expect((await admin('dead-letters:redrive', { ids: [ailing.id], rate: 10 })).body).toMatchObject({ count: 1 });
    await until('it is stored', 30_000, async () =>
      (await client.receipt(pushed[0]!.receiptId!)).state === 'stored' ? true : undefined,
    );
    expect((await client.receipt(pushed[1]!.receiptId!)).state).toBe('dead');
    expect((await letters()).map(({ id }) => id)).not.toContain(ailing.id);
    const gone = await admin('dead-letters:redrive', { ids: [ailing.id] });
    expect([gone.status, gone.type]).toEqual([404, 'application/problem+json']);
  });

  it('die again with a count, and are dropped', async () => {
    const [broken] = await letters();
    expect((await admin('dead-letters:redrive', { filter: { stage: 'fetch' } })).body).toMatchObject({ count: 1 });
    const again = await until('it dies again', 30_000, async () => (await letters())[0]);
    expect([again.id === broken!.id, again.redrives]).toEqual([false, 1]);
    expect((await admin('dead-letters:redrive', { filter: {}, maxRedrives: 1 })).body).toMatchObject({
      count: 0,
      tired: 1,
    });
    expect((await admin('dead-letters:drop', { filter: {} })).body).toMatchObject({ count: 1 });
    expect(await letters()).toEqual([]);
  });

  it.each([
    ['neither ids nor filter', 'dead-letters:drop', {}, 400],
    ['both', 'dead-letters:drop', { ids: ['fetch/0/0'], filter: {} }, 400],
    ['no id', 'dead-letters:redrive', { ids: ['7'] }, 400],
    ['an unknown field', 'dead-letters:redrive', { filter: { colour: 'red' } }, 400],
    ['a rate of nothing', 'dead-letters:redrive', { filter: {}, rate: 0 }, 400],
    ['an unknown stage', 'dead-letters:drop', { filter: { stage: 'sing' } }, 400],
    ['a wrong class', 'dead-letters?class=bad-luck', undefined, 400],
    ['a wrong time', 'dead-letters?since=soon', undefined, 400],
    ['a wrong cursor', 'dead-letters?cursor=7', undefined, 400],
    ['an id that is none', 'dead-letters/7', undefined, 404],
  ])('%s is answered as a problem', async (_, path, body, status) => {
    const answer = await admin(path, body);
    expect([answer.status, answer.type, answer.body.status]).toEqual([status, 'application/problem+json', status]);
  });
});

describe('the account', () => {
  it('closes from the database and from the metrics, redrives and strays included', async () => {
    const address = topicAddress('newsmill', pageFetched);
    await transport.publish([{ topic: address, key: Buffer.from('k'), value: Buffer.from('{nonsense'), headers: {} }]);
    const pushed = await client.push({ url: 'https://courier.example/60', html: articlePage(60), guid: 'sixty' });
    await client.settled(pushed.receiptId!);
    await quiet();
    const { code, out } = await newsmill('status', '--json', '--metrics', `${running.url}/metrics`);
    const report = JSON.parse(out) as Record<string, { closes: boolean; told: string; doors: object; states: object }>;
    expect([code, report.database!.closes, report.metrics!.closes, report.metrics!.told]).toEqual([
      0,
      true,
      true,
      '3 received, as in the database',
    ]);
    expect(report.receipts).toMatchObject({ doors: { push: 3 }, states: { stored: 2, dead: 1 } });
    expect(report.deadLetters).toMatchObject({ fetch: 0, parse: 1, store: 0 });
    expect(report.counters).toMatchObject({ redriven: 2, strays: 1 });
    const text = await newsmill('status', '--metrics', running.url);
    expect([text.code, text.err]).toEqual([0, '']);
    expect(text.out).toMatch(/^received +3 +push 3\nstored +2\n/);
    expect(text.out).toMatch(/^database +closes: .*\nmetrics +closes: /m);
  });

  it('a report that is lost is named, with exit code 1', async () => {
    const lost = new Client({ connectionString: database.url });
    await lost.connect();
    try {
      await lost.query(
        `INSERT INTO store.receipt (id, state, rank, updated_at) VALUES ('lost', 'fetched', 1, now() - interval '1 minute')`,
      );
      const { code, out } = await newsmill('status');
      expect(code).toBe(1);
      expect(out).toMatch(/^database +DOES NOT CLOSE: 1 are open.*: lost$/m);
    } finally {
      await lost.query(`DELETE FROM store.receipt WHERE id = 'lost'`);
      await lost.end();
    }
    expect((await newsmill('status', '--metrics', 'ftp://x')).code).toBe(2);
    expect((await newsmill('status', '--watch', '0')).code).toBe(2);
  });

  it('an event that cannot be read is still answered for', async () => {
    const page = {
      receiptId: 'unreadable',
      origin: { mode: 'push' as const, source: 'courier' },
      pageId: 'page',
      url: { original: 'https://courier.example/61', final: 'https://courier.example/61' },
      mediaType: 'text/html' as const,
      content: '<p>x</p>',
      fetchedAt: new Date().toISOString(),
    };
    const record = encodeEvent('newsmill', pageFetched, page, { id: 'unreadable', source: '/test', time: 0 });
    await transport.publish([{ ...record, value: Buffer.from('{"receiptId":') }]);
    expect(await client.settled('unreadable')).toMatchObject({
      state: 'dead',
      reason: expect.stringContaining('undecodable'),
    });
  });

  it('traces one thing by receipt, address, guid and article', async () => {
    const { receiptId } = await client.push({ url: 'https://courier.example/62', html: articlePage(62), guid: 'g-62' });
    const { articleId } = await client.settled(receiptId!);
    await quiet();
    for (const what of [receiptId!, 'https://courier.example/62?utm_source=x', 'g-62', articleId!]) {
      const { code, out } = await newsmill('trace', what, '--json');
      const trace = JSON.parse(out) as { receipts: { id: string }[]; articleIds: string[]; versions: object[] } & {
        steps: { stage: string }[];
      };
      expect([what, code, trace.receipts.map(({ id }) => id), trace.articleIds]).toEqual([
        what,
        0,
        [receiptId],
        [articleId],
      ]);
      expect(trace.steps.map(({ stage }) => stage)).toEqual(['push', 'parse', 'enrich', 'store']);
      expect(trace.versions).toMatchObject([{ receiptId, revision: 1, changeKind: 'new' }]);
    }
    const dead = await newsmill('trace', `${site.origin}/broken`);
    expect(dead.out).toMatch(
      /^receipt \S+ {2}dead \(http-exhausted: HTTP status 5.*\)\n {2}by push, received \S+, last heard of in fetch, /,
    );
    expect(dead.out.match(/ {2}(push|redrive) +received/g)).toHaveLength(2);
    expect(
      dead.out.match(/Z {2}fetch +dead +newsmill\.news\.link\.discovered\.v1\/\d\/\d+ {2,}http-exhausted: /g),
    ).toHaveLength(2);
    const unread = await newsmill('trace', 'unreadable');
    expect(unread.out).toMatch(/\n {2}dead letter parse\/\d+\/\d+\n/);
    const { body } = await admin('trace?what=g-62&publisher=courier');
    expect(body).toMatchObject({
      articleIds: [articleId],
      steps: [
        { stage: 'push', outcome: 'received', topic: null },
        { stage: 'parse', outcome: 'emitted', topic: 'newsmill.news.page.fetched.v1' },
        { stage: 'enrich', outcome: 'emitted', topic: 'newsmill.news.article.parsed.v1' },
        { stage: 'store', outcome: 'done', reason: 'stored', topic: 'newsmill.news.article.enriched.v1' },
      ].map((step) => ({ ...step, receiptId, ...(step.topic !== null && { offset: expect.stringMatching(/^\d+$/) }) })),
    });
    for (const [query, status, key] of [
      ['what=nowhere', 404, ADMIN],
      ['what=%20', 400, ADMIN],
      ['what=a%00b', 400, ADMIN],
      ['', 400, ADMIN],
      ['what=g-62', 401, KEY],
    ] as const) {
      expect([query, (await admin(`trace?${query}`, undefined, key)).status]).toEqual([query, status]);
    }
    const unknown = await newsmill('trace', 'https://courier.example/nowhere');
    expect([unknown.code, unknown.err.trim().split('\n').length]).toEqual([1, 1]);
  });
});
