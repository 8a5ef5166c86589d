import { loadSettings, openDataSource, serviceSettings } from '@newsmill/service';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { freshDatabase } from '../../../../test/support/real-parts.ts';
import { fetcherDatabase } from '../fetcher.database.js';
import type { Discovery, FoundFeed } from './discovery.js';
import { DiscoveryQueue } from './discovery-queue.js';
import { sourceDeclaration, sourceOfFeed } from './source-declaration.js';
import { Sources } from './sources.js';

const HOME = 'https://courier.example/';
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const WEEK = 7 * DAY;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let source: DataSource;
let sources: Sources;
let queue: DiscoveryQueue;
/** The time at which the source is added, or later. */
let start: number;

beforeEach(async () => {
  database = await freshDatabase();
  source = await openDataSource(
    fetcherDatabase,
    loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: database.url }),
  );
  sources = new Sources(source);
  queue = new DiscoveryQueue(source);
  await sources.add(sourceDeclaration.parse({ id: 'courier', home: HOME }));
  start = Date.now() + 1_000;
});

afterEach(async () => {
  await source.destroy();
  await database.drop();
});

const at = (ms: number) => new Date(start + ms);

function feed(path: string, more: Partial<FoundFeed> = {}): FoundFeed {
  return { url: `${HOME}${path}`, kind: 'feed', format: 'rss', followed: true, ...more };
}

function found(...feeds: FoundFeed[]): Discovery {
  return { state: 'found', feeds, steps: [], requests: 1 };
}

const nothing: Discovery = { state: 'nothing', error: 'none', feeds: [], steps: [], requests: 1 };

async function search(ms: number, result: Discovery): Promise<boolean> {
  const claimed = await queue.claim(at(ms));
  if (claimed === undefined) throw new Error('nothing is due');
  return queue.keep(claimed, result, at(ms), WEEK);
}

async function active(): Promise<string[]> {
  const rows = await source.query<{ url: string }[]>('SELECT url FROM feed WHERE active ORDER BY url');
  return rows.map(({ url }) => url.replace(HOME, ''));
}

const fail = (path: string, failures: number) =>
  source.query('UPDATE feed SET failures = $2 WHERE url = $1', [`${HOME}${path}`, failures]);

describe('searches', () => {
  it('belong to one process, until it counts as dead', async () => {
    const claims = await Promise.all([queue.claim(at(0)), queue.claim(at(0)), queue.claim(at(0))]);
    expect(claims.filter((claim) => claim !== undefined)).toEqual([
      { id: 'courier', home: HOME, revision: 1, failures: 0, known: [] },
    ]);
    expect(await queue.claim(at(14 * MINUTE))).toBeUndefined();
    expect(await queue.claim(at(15 * MINUTE))).toMatchObject({ id: 'courier' });
  });

  it('that are broken off are given back', async () => {
    const claimed = await queue.claim(at(0));
    await queue.release(claimed!, at(0));
    expect(await queue.claim(at(0))).toMatchObject({ id: 'courier' });
  });

  it('are repeated after the interval, and are told what is known', async () => {
    await search(0, found(feed('rss'), feed('atom', { followed: false, sameAs: `${HOME}rss` })));
    expect(await active()).toEqual(['rss']);
    expect(await queue.claim(at(WEEK - 1))).toBeUndefined();
    expect(await queue.claim(at(WEEK))).toMatchObject({ known: [`${HOME}rss`] });
  });

  it('that find nothing are repeated sooner, and ever later, up to the interval', async () => {
    const waits: number[] = [];
    for (let now = 0, n = 0; n < 13; n += 1) {
      await search(now, nothing);
      const { discovery } = await sources.show('courier');
      waits.push((Date.parse(discovery!.nextAt!) - start - now) / MINUTE);
      now = Date.parse(discovery!.nextAt!) - start;
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_080, 10_080, 10_080]);
  });

  it('of what has been declared anew meanwhile are not kept', async () => {
    const claimed = await queue.claim(at(0));
    await sources.change('courier', { home: 'https://herald.example/' });
    expect(await queue.keep(claimed!, found(feed('rss')), at(0), WEEK)).toBe(false);
    expect(await active()).toEqual([]);
    expect(await queue.claim(at(0))).toMatchObject({ home: 'https://herald.example/', revision: 2 });
  });

  it('of a paused source wait, and what is found meanwhile is not polled', async () => {
    const claimed = await queue.claim(at(0));
    await sources.change('courier', { paused: true });
    expect(await queue.keep(claimed!, found(feed('rss')), at(0), WEEK)).toBe(true);
    expect(await active()).toEqual([]);
    expect(await queue.claim(at(WEEK))).toBeUndefined();
    await sources.change('courier', { paused: false });
    expect(await active()).toEqual(['rss']);
  });

  it('of a removed source are not kept', async () => {
    const claimed = await queue.claim(at(0));
    await sources.remove('courier');
    expect(await queue.keep(claimed!, found(feed('rss')), at(0), WEEK)).toBe(false);
  });
});

describe('a search that is repeated', () => {
  beforeEach(() => search(0, found(feed('rss'), feed('sport'))));

  it('adds what is new, and keeps what answers though it is not found again', async () => {
    await search(WEEK, found(feed('new'), feed('rss', { followed: false, sameAs: `${HOME}new` })));
    expect(await active()).toEqual(['new', 'sport']);
  });

  it('drops what is not found again and does not answer', async () => {
    await fail('sport', 5);
    await search(WEEK, found(feed('rss')));
    expect(await active()).toEqual(['rss']);
    expect((await sources.show('courier')).feeds.map(({ url }) => url)).toEqual([`${HOME}rss`]);
  });

  it('has what it found again polled at once', async () => {
    await fail('sport', 5);
    await search(WEEK, found(feed('rss'), feed('sport')));
    const [row] = await source.query('SELECT failures, next_poll_at FROM feed WHERE url = $1', [`${HOME}sport`]);
    expect(row).toEqual({ failures: 0, next_poll_at: at(WEEK) });
  });

  it('keeps all it knows when the site is down', async () => {
    await fail('sport', 9);
    await search(WEEK, { ...nothing, state: 'failed', error: 'HTTP status 500' });
    expect(await active()).toEqual(['rss', 'sport']);
    expect(await sources.show('courier')).toMatchObject({
      state: 'following',
      discovery: { error: 'HTTP status 500' },
    });
  });
});

describe('a source whose feeds are all gone', () => {
  it('is searched at once, but not again and again', async () => {
    await search(0, found(feed('rss'), feed('sport')));
    await fail('rss', 5);
    expect(await queue.searchForGone(at(2 * HOUR))).toBe(0);
    await fail('sport', 5);
    expect(await queue.searchForGone(at(59 * MINUTE))).toBe(0);
    expect(await queue.searchForGone(at(2 * HOUR))).toBe(1);
    const claimed = await queue.claim(at(2 * HOUR));
    expect(await queue.searchForGone(at(2 * HOUR))).toBe(0);
    await queue.keep(claimed!, nothing, at(2 * HOUR), WEEK);
    expect(await queue.searchForGone(at(4 * HOUR))).toBe(0);
    expect(await queue.claim(at(2 * HOUR + 10 * MINUTE))).toMatchObject({ failures: 1 });
  });

  it('is left alone when it is paused, or names its feeds itself', async () => {
    await search(0, found(feed('rss')));
    await sources.add(sourceDeclaration.parse({ id: 'named', feeds: [`${HOME}named`] }));
    await fail('rss', 9);
    await fail('named', 9);
    await sources.change('courier', { paused: true });
    expect(await queue.searchForGone(at(DAY))).toBe(0);
  });
});

describe('the schema', () => {
  it('is what the entities say', async () => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    expect(upQueries.filter(({ query }) => /"(?:source|source_feed)"/.test(query))).toEqual([]);
  });

  it('takes over the feeds of an earlier release: what has been read stays known', async () => {
    const older = await freshDatabase();
    const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: older.url });
    const own = fetcherDatabase.migrations.findIndex(({ name }) => name.startsWith('Sources'));
    const before = await openDataSource(
      { ...fetcherDatabase, migrations: fetcherDatabase.migrations.slice(0, own) },
      settings,
    );
    await before.query(
      `INSERT INTO feed VALUES ('${HOME}rss', true, now(), '"tag"', NULL, 2), ('${HOME}old', true, now(), NULL, NULL, 0)`,
    );
    await before.destroy();
    const after = await openDataSource(fetcherDatabase, settings);
    await new Sources(after).replace('setting', [sourceOfFeed(`${HOME}rss`)]);
    const rows = await after.query(
      'SELECT url, active, kind, etag, source_id IS NOT NULL AS followed FROM feed ORDER BY url',
    );
    expect(rows).toEqual([
      { url: `${HOME}old`, active: false, kind: 'feed', etag: null, followed: false },
      { url: `${HOME}rss`, active: true, kind: 'feed', etag: '"tag"', followed: true },
    ]);
    await after.destroy();
    await older.drop();
  });
});
