import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkDiscovered } from '@newsmill/contracts';
import { loadSettings, openDataSource, serviceSettings } from '@newsmill/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { until } from '../../../../test/support/newsmill-client.ts';
import { freshDatabase } from '../../../../test/support/real-parts.ts';
import { type Answered, openDoor, type RunningDoor } from '../../../../test/support/running-door.ts';
import { type Answer, startTestSite, type TestSite } from '../../../../test/support/test-site.ts';
import { fetcherDatabase } from '../fetcher.database.js';
import { fetcher } from '../fetcher.service.js';
import type { SourceView } from './source-view.js';

const ADMIN = 'an-admin-key-that-is-long-enough';

let site: TestSite;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let reader: DataSource;
let folder: string;
let doors: RunningDoor[];
/** What the site shows, by path; `{o}` is its origin. */
let shown: Map<string, string>;

const rss = (...pages: string[]) =>
  `<rss version="2.0"><channel><title>News</title><link>{o}/</link>${pages
    .map((page) => `<item><title>${page}</title><link>{o}${page}</link></item>`)
    .join('')}</channel></rss>`;
const declares = (path: string) => `<link rel="alternate" type="application/rss+xml" href="${path}">`;

beforeAll(async () => {
  const homes = Array.from({ length: 12 }, (_, n) => [`/${n}/`, `/${n}/rss`]).flat();
  const paths = ['/', '/rss', '/other', '/new', '/a', '/b', ...homes];
  const answer: Answer = (request, response, origin) => {
    const text = shown.get(new URL(request.url!, origin).pathname);
    if (text === undefined) response.writeHead(404).end();
    else response.end(text.replaceAll('{o}', origin));
  };
  site = await startTestSite(Object.fromEntries(paths.map((path) => [path, answer])));
});

afterAll(() => site.close());

beforeEach(async () => {
  shown = new Map([
    ['/', declares('/rss')],
    ['/rss', rss('/a')],
    ['/other', rss('/b')],
  ]);
  site.hits.clear();
  doors = [];
  folder = mkdtempSync(join(tmpdir(), 'sources-'));
  database = await freshDatabase();
  const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: database.url });
  reader = await openDataSource(fetcherDatabase, settings);
});

afterEach(async () => {
  for (const door of doors) await door.close();
  await reader.destroy();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function start(environment: Record<string, string> = {}): Promise<RunningDoor> {
  const door = await openDoor(fetcher, {
    databaseUrl: database.url,
    environment: { NEWSMILL_ADMIN_KEY: ADMIN, NEWSMILL_OUTBOUND_ALLOW: site.host, ...environment },
  });
  doors.push(door);
  return door;
}

function ask(method: string, path: string, body?: unknown, key: string | null = ADMIN): Promise<Answered> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return doors[0]!.ask(method, path, { key, ...(body !== undefined && json) });
}

function shownAs(id: string, state: SourceView['state']): Promise<SourceView> {
  return until(`${id} is ${state}`, 20_000, async () => {
    const { body } = await ask('GET', `/v1/sources/${id}`);
    return body.state === state ? body : undefined;
  });
}

/** Addresses that are polled, without their origin. */
async function active(): Promise<string[]> {
  const rows = await reader.query<{ url: string }[]>('SELECT url FROM feed WHERE active ORDER BY url');
  return rows.map(({ url }) => url.replace(site.origin, ''));
}

async function ids(): Promise<string[]> {
  return (await ask('GET', '/v1/sources')).body.sources.map(({ id }: SourceView) => id);
}

describe('a source', () => {
  it('needs no more than its home: its feed is found, and the articles come in', async () => {
    const door = await start();
    const added = await ask('POST', '/v1/sources', { home: site.origin, id: 'courier' });
    expect(added).toMatchObject({ status: 201, body: { id: 'courier', origin: 'api', state: 'searching', feeds: [] } });
    const source = await shownAs('courier', 'following');
    expect(source).toMatchObject({
      home: `${site.origin}/`,
      feeds: [{ url: `${site.origin}/rss`, kind: 'feed', format: 'rss', title: 'News', active: true, declared: false }],
      discovery: { state: 'found', failures: 0 },
    });
    expect(source.steps).toContainEqual({
      url: `${site.origin}/rss`,
      from: 'declared by the home page',
      result: 'follow',
      reason: 'rss, entries: 1',
    });
    const [link] = await until('the article is on the log', 20_000, async () => {
      const links = await door.events(linkDiscovered);
      return links.length > 0 ? links : undefined;
    });
    expect(link).toMatchObject({ url: `${site.origin}/a`, origin: { mode: 'feed', source: `${site.origin}/rss` } });
  });

  it('that has no feeds says so, and is searched again later', async () => {
    await start();
    shown = new Map([['/', '<p>']]);
    await ask('POST', '/v1/sources', { home: site.origin, id: 'courier' });
    const source = await shownAs('courier', 'nothing');
    expect(source.discovery).toMatchObject({ failures: 1, error: 'no feed and no sitemap was found' });
    const { at, nextAt } = source.discovery!;
    expect(Date.parse(nextAt!) - Date.parse(at!)).toBe(10 * 60_000);
    const metrics = await (await fetch(`${doors[0]!.url}/metrics`)).text();
    expect(metrics).toContain('newsmill_sources{state="nothing"} 1');
    expect(metrics).toContain('newsmill_discoveries_total{state="nothing"} 1');
  });

  it('may name its feeds: then nothing is looked for', async () => {
    await start();
    const feeds = [`${site.origin}/other`, { url: `${site.origin}/news.xml`, kind: 'sitemap' }];
    const { body } = await ask('POST', '/v1/sources', { home: site.origin, feeds });
    expect(body).toMatchObject({
      id: site.host.replace(':', '-'),
      state: 'following',
      feeds: [
        { url: `${site.origin}/news.xml`, kind: 'sitemap', active: true, declared: true },
        { url: `${site.origin}/other`, kind: 'feed', active: true, declared: true },
      ],
    });
    expect(body.discovery).toBeUndefined();
    expect(site.hits.get('/')).toBeUndefined();
  });

  it('is paused, resumed and changed; a feed that others follow goes on', async () => {
    await start();
    await ask('POST', '/v1/sources', { id: 'one', feeds: [`${site.origin}/rss`, `${site.origin}/other`] });
    await ask('POST', '/v1/sources', { id: 'two', feeds: [`${site.origin}/rss`] });
    expect(await active()).toEqual(['/other', '/rss']);
    expect((await ask('PATCH', '/v1/sources/one', { paused: true })).body).toMatchObject({ state: 'paused' });
    expect(await active()).toEqual(['/rss']);
    await ask('PATCH', '/v1/sources/one', { paused: false });
    expect(await active()).toEqual(['/other', '/rss']);
    await ask('PATCH', '/v1/sources/one', { feeds: [`${site.origin}/new`], name: 'One' });
    expect(await active()).toEqual(['/new', '/rss']);
    expect((await ask('DELETE', '/v1/sources/two')).status).toBe(204);
    expect(await active()).toEqual(['/new']);
    expect((await ask('GET', '/v1/sources/two')).status).toBe(404);
    expect((await ask('PATCH', '/v1/sources/one', { feeds: [] })).body.errors[0].pointer).toBe('/home');
  });

  it('with another home is searched anew', async () => {
    await start();
    shown.set('/1/', declares('/1/rss')).set('/1/rss', rss('/b'));
    await ask('POST', '/v1/sources', { id: 'courier', home: site.origin });
    await shownAs('courier', 'following');
    await ask('PATCH', '/v1/sources/courier', { home: `${site.origin}/1/` });
    await shownAs('courier', 'following');
    expect(await active()).toEqual(['/1/rss']);
  });

  it('is tested without being kept: by its address, or by its id', async () => {
    await start();
    const tested = await ask('POST', '/v1/sources:test', { url: site.origin });
    expect(tested).toMatchObject({ status: 200, body: { state: 'found', feeds: [{ url: `${site.origin}/rss` }] } });
    expect(await ids()).toEqual([]);
    await ask('POST', '/v1/sources', { id: 'courier', feeds: [`${site.origin}/other`, `${site.origin}/new`] });
    const { body } = await ask('POST', '/v1/sources/courier:test');
    expect(body.steps.map(({ result, reason }: { result: string; reason: string }) => `${result}: ${reason}`)).toEqual([
      'failed: HTTP status 404',
      'follow: rss, entries: 1',
    ]);
    expect((await ask('POST', '/v1/sources/courier:feed')).status).toBe(404);
    expect((await ask('POST', '/v1/sources/nobody:test')).status).toBe(404);
    const closed = await ask('POST', '/v1/sources:test', { url: 'http://169.254.169.254/latest/meta-data/' });
    expect(closed.body).toMatchObject({ state: 'failed', error: expect.stringContaining('169.254.169.254') });
  });
});

describe('the admin API of sources', () => {
  it('is closed without a key, and to those who have none', async () => {
    await start();
    for (const [method, path] of [
      ['GET', '/v1/sources'],
      ['POST', '/v1/sources'],
      ['GET', '/v1/sources/a'],
      ['PATCH', '/v1/sources/a'],
      ['DELETE', '/v1/sources/a'],
      ['POST', '/v1/sources:test'],
      ['POST', '/v1/sources/a:test'],
    ] as const) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const answers = [await ask(method, path, body, null), await ask(method, path, body, 'a-key-that-is-long-enough')];
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    }
    await start({ NEWSMILL_ADMIN_KEY: '' });
    const { status, headers } = await doors[1]!.ask('GET', '/v1/sources', { key: ADMIN });
    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([403, 'application/problem+json']);
  });

  it('names each wrong field', async () => {
    await start();
    const { status, body } = await ask('POST', '/v1/sources', { home: 'nowhere', id: 'A', feeds: [7], intervall: 1 });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/feeds/0',
      '/home',
      '/id',
      '/intervall',
    ]);
    expect((await ask('POST', '/v1/sources', {})).status).toBe(400);
    expect((await ask('POST', '/v1/sources', 'https://a.example/')).status).toBe(400);
    expect((await ask('GET', '/v1/sources?limit=0')).status).toBe(400);
  });

  it('refuses an id or a home that is taken', async () => {
    await start();
    await ask('POST', '/v1/sources', { id: 'courier', home: site.origin });
    const sameId = await ask('POST', '/v1/sources', { id: 'courier', home: 'https://herald.example/' });
    expect(sameId).toMatchObject({ status: 409, body: { detail: 'the id courier is taken' } });
    const sameHome = await ask('POST', '/v1/sources', { id: 'other', home: `${site.origin}/` });
    expect(sameHome).toMatchObject({ status: 409, body: { detail: 'the source courier has this home' } });
  });

  it('lists in pages', async () => {
    await start();
    for (const id of ['c', 'a', 'b']) await ask('POST', '/v1/sources', { id, feeds: [`${site.origin}/${id}`] });
    const first = (await ask('GET', '/v1/sources?limit=2')).body;
    expect([first.sources.map(({ id }: SourceView) => id), first.next]).toEqual([['a', 'b'], 'b']);
    const second = (await ask('GET', '/v1/sources?limit=2&cursor=b')).body;
    expect([second.sources.map(({ id }: SourceView) => id), second.next]).toEqual([['c'], undefined]);
  });
});

describe('the sources file', () => {
  const path = () => join(folder, 'sources.yaml');
  /** As editors and Kubernetes do it: another file takes its place. */
  function write(text: string): void {
    writeFileSync(`${path()}.new`, text);
    renameSync(`${path()}.new`, path());
  }
  const inForce = (state: string, sources: number) =>
    until(`${sources} sources are ${state}`, 20_000, async () => {
      const { file } = (await ask('GET', '/v1/sources')).body;
      return file.state === state && file.sources === sources ? file : undefined;
    });
  const broken = async () =>
    /^newsmill_sources_file_broken (\d)$/m.exec(await (await fetch(`${doors[0]!.url}/metrics`)).text())?.[1];

  it('is read at the start and when it changes; what it declares the API cannot change', async () => {
    write(`sources:\n  - {id: one, feeds: ["${site.origin}/rss"]}\n  - {id: two, feeds: ["${site.origin}/other"]}\n`);
    await start({ NEWSMILL_SOURCES_FILE: path() });
    expect(await ids()).toEqual(['one', 'two']);
    const refused = await ask('PATCH', '/v1/sources/one', { paused: true });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('NEWSMILL_SOURCES_FILE') } });
    expect((await ask('DELETE', '/v1/sources/one')).status).toBe(409);
    write(`sources:\n  - {id: two, feeds: ["${site.origin}/other"], paused: true}\n`);
    await inForce('in force', 1);
    expect(await ids()).toEqual(['two']);
    expect(await active()).toEqual([]);
  });

  it('that becomes wrong changes nothing, and says so until it is mended', async () => {
    write(`sources:\n  - {id: one, feeds: ["${site.origin}/rss"]}\n`);
    await start({ NEWSMILL_SOURCES_FILE: path() });
    write('sources:\n  - id: one\n    feeds: [nowhere]\n');
    const file = await inForce('broken', 1);
    expect(file.problems).toEqual(['line 3, sources[0].feeds[0].url: Not an absolute URL: "nowhere"']);
    expect(await broken()).toBe('1');
    expect(await active()).toEqual(['/rss']);
    expect((await fetch(`${doors[0]!.url}/readyz`)).status).toBe(200);
    rmSync(path());
    await until('it is missed', 20_000, async () => {
      const [problem] = (await ask('GET', '/v1/sources')).body.file.problems ?? [];
      return problem?.includes('ENOENT') ? true : undefined;
    });
    expect(await active()).toEqual(['/rss']);
    write(`sources:\n  - {id: one, feeds: ["${site.origin}/other"]}\n`);
    await until('it is in force', 20_000, async () => ((await active())[0] === '/other' ? true : undefined));
    await inForce('in force', 1);
    expect(await broken()).toBe('0');
  });

  it('that is wrong at the start keeps the service from starting, with each mistake', async () => {
    write('sources:\n  - nowhere\n  - home: https://a.example/\n    feed: https://a.example/rss\n');
    await expect(start({ NEWSMILL_SOURCES_FILE: path() })).rejects.toMatchObject({
      problems: [
        'NEWSMILL_SOURCES_FILE: line 2, sources[0].home: Not an absolute URL: "nowhere"',
        'NEWSMILL_SOURCES_FILE: line 4, sources[1].feed: is not a known field',
      ],
    });
  });

  it('takes over a source of the API, with what was found of it', async () => {
    write('sources: []');
    await start({ NEWSMILL_SOURCES_FILE: path() });
    await ask('POST', '/v1/sources', { id: 'courier', home: site.origin });
    await shownAs('courier', 'following');
    write(`sources:\n  - {id: courier, home: "${site.origin}"}\n`);
    await inForce('in force', 1);
    const { body } = await ask('GET', '/v1/sources/courier');
    expect(body).toMatchObject({ origin: 'file', state: 'following', feeds: [{ url: `${site.origin}/rss` }] });
    expect(site.hits.get('/')).toBe(1);
  });

  it('stands beside the feeds of the setting, which are sources too and go with it', async () => {
    write(`sources:\n  - {id: one, feeds: ["${site.origin}/other"]}\n`);
    await start({ NEWSMILL_SOURCES_FILE: path(), NEWSMILL_FEEDS: `${site.origin}/rss,${site.origin}/other` });
    expect(await active()).toEqual(['/other', '/rss']);
    const named = (await ids()).find((id) => id.includes('rss'))!;
    expect((await ask('DELETE', `/v1/sources/${named}`)).body.detail).toContain('NEWSMILL_FEEDS');
    await doors.pop()!.close();
    await start();
    expect([await ids(), await active()]).toEqual([[], []]);
  });

  it('may declare ten thousand sources', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => `  - {id: s${n}, home: "http://host${n}.example/", paused: true}\n`).join(
        '',
      );
    const known = () => reader.query<object[]>('SELECT count(*)::int AS count FROM source');
    write(`sources:\n${many(10_000)}`);
    await start({ NEWSMILL_SOURCES_FILE: path() });
    expect(await known()).toEqual([{ count: 10_000 }]);
    write(`sources:\n${many(9_999)}`);
    await inForce('in force', 9_999);
    expect(await known()).toEqual([{ count: 9_999 }]);
  });
});

describe('several fetchers', () => {
  it('share the searches: each site is searched once', async () => {
    for (let n = 0; n < 12; n += 1) shown.set(`/${n}/`, declares(`/${n}/rss`)).set(`/${n}/rss`, rss(`/${n}`));
    await Promise.all([start(), start()]);
    for (let n = 0; n < 12; n += 1) await ask('POST', '/v1/sources', { id: `s${n}`, home: `${site.origin}/${n}/` });
    await until('all are found', 30_000, async () => ((await active()).length === 12 ? true : undefined));
    const homes = Array.from({ length: 12 }, (_, n) => site.hits.get(`/${n}/`));
    expect(homes).toEqual(Array<number>(12).fill(1));
  });
});
