import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { document, type FeedProcess, FeedWorld, rssFeed, type StubEntry } from '../../../../test/support/feed-world.ts';
import { SeenEntry } from '../entities/seen-entry.entity.js';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 24 * 3_600_000];
const FEED = 'https://news.example/feed';
const AT = 'news.example/feed';

let world: FeedWorld;
let fetcher: FeedProcess;
/** What the feed lists. */
let entries: StubEntry[];

const article = (number: number, published?: Date): StubEntry => ({
  url: `https://news.example/${number}`,
  ...(published && { published: published.toUTCString() }),
});
const ago = (ms: number): Date => new Date(world.now.getTime() - ms);
/** Milliseconds until the feed is looked at again. */
const wait = async (url = FEED): Promise<number> => (await world.feed(url)).nextPollAt.getTime() - world.now.getTime();
/** Until the feed is due, then looks at it. */
const pollAgain = async (url = FEED): Promise<void> => {
  world.pass(await wait(url));
  await fetcher.pollDue();
};
const metric = async (name: string): Promise<Record<string, number>> => {
  const found = await fetcher.metrics.registry.getSingleMetric(name)!.get();
  return Object.fromEntries(
    found.values.filter(({ value }) => value > 0).map(({ labels, value }) => [Object.values(labels).join(), value]),
  );
};

beforeEach(async () => {
  world = await FeedWorld.open();
  fetcher = await world.process();
  entries = [];
  world.web.set(
    AT,
    document(() => rssFeed(entries)),
  );
});

afterEach(() => world.close());

describe('a feed', () => {
  it('has each of its entries put on the log once, and again when it has changed', async () => {
    entries = [article(1, ago(HOUR)), article(2, ago(2 * HOUR))];
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    expect((await world.links()).map(({ url }) => url)).toEqual(['https://news.example/1', 'https://news.example/2']);
    entries = [article(3, ago(0)), article(1, ago(MINUTE)), article(2, ago(2 * HOUR))];
    await pollAgain();
    expect((await world.links()).slice(2).map(({ url }) => url)).toEqual([
      'https://news.example/3',
      'https://news.example/1',
    ]);
    const receipts = (await world.links()).map(({ receiptId }) => receiptId);
    expect(new Set(receipts).size).toBe(4);
    await pollAgain();
    expect(await world.links()).toHaveLength(4);
    expect(await metric('newsmill_feed_polls_total')).toEqual({ new: 2, unchanged: 1 });
    expect(await metric('newsmill_feed_new_entries_total')).toEqual({ poll: 4 });
  });

  it('is asked with its validators, and a 304 costs no more than that', async () => {
    entries = [article(1)];
    world.web.set(
      AT,
      document(
        () => rssFeed(entries),
        () => ({ etag: '"one"', 'last-modified': 'Mon, 02 Mar 2026 09:00:00 GMT' }),
      ),
    );
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    await pollAgain();
    await pollAgain();
    const conditions = world.asked(AT).map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']]);
    const known = ['"one"', 'Mon, 02 Mar 2026 09:00:00 GMT'];
    expect(conditions).toEqual([[undefined, undefined], known, known]);
    expect(await metric('newsmill_feed_polls_total')).toEqual({ new: 1, 'not-modified': 2 });
  });

  it('that is silent is asked without validators once a day: a 304 may be a lie', async () => {
    entries = Array.from({ length: 5 }, (_, number) => article(number, ago(number * HOUR)));
    world.web.set(AT, (request, response) => {
      // Wrong: it is not the same any more.
      const isKnown = request.headers['if-none-match'] !== undefined;
      if (isKnown) response.writeHead(304).end();
      else response.writeHead(200, { etag: '"always"' }).end(rssFeed(entries));
    });
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    entries = [article(9), ...entries];
    while ((await world.links()).length === 5 && ago(5 * DAY).getTime() < Date.parse('2026-03-02')) await pollAgain();
    expect((await world.links()).at(-1)?.url).toBe('https://news.example/9');
    expect(world.asked(AT).filter(({ headers }) => headers['if-none-match'] === undefined)).toHaveLength(2);
  });

  it('that is silent and the same is asked without validators no more than once a day', async () => {
    entries = Array.from({ length: 5 }, (_, number) => article(number, ago(number * HOUR)));
    world.web.set(
      AT,
      document(
        () => rssFeed(entries),
        () => ({ etag: '"same"' }),
      ),
    );
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    for (const end = ago(-6 * DAY); world.now < end;) await pollAgain();
    const unconditional = world.asked(AT).filter(({ headers }) => headers['if-none-match'] === undefined);
    expect(world.asked(AT).length).toBeGreaterThan(20);
    expect(unconditional.length).toBeGreaterThan(3);
    expect(unconditional.length).toBeLessThanOrEqual(7);
    expect(await metric('newsmill_feed_polls_total')).toMatchObject({ new: 1, unchanged: unconditional.length - 1 });
  });

  it('is looked at as often as its entries come', async () => {
    entries = Array.from({ length: 10 }, (_, number) => article(number, ago(number * 10 * MINUTE)));
    world.web.set(
      'slow.example/',
      document(() => rssFeed([0, 1, 2, 3].map((n) => article(n, ago(n * 5 * DAY))))),
    );
    world.web.set(
      'bare.example/',
      document(() => rssFeed([article(1)])),
    );
    await world.declare(fetcher, FEED, 'https://slow.example/', 'https://bare.example/');
    await fetcher.pollDue();
    expect(await wait()).toBeLessThan(6 * MINUTE);
    expect(await wait()).toBeGreaterThanOrEqual(MINUTE);
    expect(await wait('https://slow.example/')).toBeGreaterThan(5 * HOUR);
    expect(await wait('https://slow.example/')).toBeLessThanOrEqual(6 * HOUR);
    expect(Math.abs((await wait('https://bare.example/')) - 5.25 * MINUTE)).toBeLessThanOrEqual(MINUTE / 4);
  });

  it.each([
    ['ttl', '<ttl>90</ttl>', {}, 90 * MINUTE],
    ['Cache-Control', '', { 'cache-control': 'max-age=7200' }, 2 * HOUR],
    ['Expires', '', { expires: 'Mon, 02 Mar 2026 13:00:00 GMT', date: 'Mon, 02 Mar 2026 10:00:00 GMT' }, 3 * HOUR],
    ['skipHours', '<skipHours><hour>10</hour><hour>11</hour></skipHours>', {}, 2 * HOUR],
    ['skipDays', '<skipDays><day>Monday</day></skipDays>', {}, 6 * HOUR],
    ['no more than the upper bound', '<ttl>100000</ttl>', {}, 5.4 * HOUR],
  ])('may ask for less: %s', async (_, channel, headers, expected) => {
    entries = Array.from({ length: 10 }, (__, number) => article(number, ago(number * MINUTE)));
    const etag = '"same"';
    world.web.set(
      AT,
      document(
        () => rssFeed(entries, channel),
        () => ({ etag, ...headers }),
      ),
    );
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    expect(await wait()).toBeGreaterThanOrEqual(expected);
    expect(await wait()).toBeLessThanOrEqual(Math.min(1.1 * expected + 10 * MINUTE, 6 * HOUR));
    // What the document asked for holds while it is the same.
    if (channel === '') return;
    world.pass(0.9 * SECOND);
    await world.database.query('UPDATE feed SET next_poll_at = $1', [world.now]);
    await fetcher.pollDue();
    expect(await wait()).toBeGreaterThanOrEqual(expected - 2 * SECOND);
  });
});

describe('a feed that fails', () => {
  it.each([
    ['HTML', 'not-a-feed', (r: import('node:http').ServerResponse) => r.end('<!doctype html><p>Hello')],
    ['broken XML', 'not-a-feed', (r: import('node:http').ServerResponse) => r.end('<rss')],
    ['404', 'http-4xx', (r: import('node:http').ServerResponse) => r.writeHead(404).end()],
    ['500', 'http-5xx', (r: import('node:http').ServerResponse) => r.writeHead(500).end()],
    ['a lost connection', 'connect', (r: import('node:http').ServerResponse) => r.destroy()],
    [
      'a redirect loop',
      'redirect',
      (r: import('node:http').ServerResponse) => r.writeHead(302, { location: FEED }).end(),
    ],
    [
      'a redirect to a private address',
      'blocked-by-policy',
      (r: import('node:http').ServerResponse) => r.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
  ])(
    'with %s is %s, waits longer each time up to a day, and is well again with the first answer',
    async (_, name, fail) => {
      world.web.set(AT, (__, response) => void fail(response));
      await world.declare(fetcher, FEED);
      await fetcher.pollDue();
      expect(await world.feed(FEED)).toMatchObject({ failures: 1, failure: name });
      expect(await metric('newsmill_feed_polls_total')).toEqual({ [name]: 1 });
      let longest = await wait();
      for (let failures = 2; failures <= 12; failures += 1) {
        await pollAgain();
        expect(await wait()).toBeGreaterThan(0.9 * longest);
        expect(await wait()).toBeLessThanOrEqual(DAY);
        longest = Math.max(longest, await wait());
      }
      expect(longest).toBeGreaterThan(0.9 * DAY);
      expect(await metric('newsmill_feeds')).toEqual({ failing: 1 });
      entries = [article(1)];
      world.web.set(
        AT,
        document(() => rssFeed(entries)),
      );
      await pollAgain();
      expect(await world.feed(FEED)).toMatchObject({ failures: 0, failure: null });
      expect(await world.links()).toHaveLength(1);
    },
  );

  it('is left alone as long as its server asks', async () => {
    world.web.set(AT, (_, response) => response.writeHead(429, { 'retry-after': '7200' }).end());
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    expect(await wait()).toBe(2 * HOUR);
    expect((await world.feed(FEED)).failure).toBe('throttled');
  });

  it('with 410 is closed, looked at once a month, and opened again when it is back', async () => {
    world.web.set(AT, (_, response) => response.writeHead(410).end());
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    expect((await world.feed(FEED)).goneAt).toEqual(world.now);
    expect(await wait()).toBeGreaterThanOrEqual(30 * DAY);
    expect(await metric('newsmill_feeds')).toEqual({ gone: 1 });
    expect(await metric('newsmill_feed_polls_total')).toEqual({ gone: 1 });
    entries = [article(1)];
    world.web.set(
      AT,
      document(() => rssFeed(entries)),
    );
    await pollAgain();
    expect(await world.feed(FEED)).toMatchObject({ goneAt: null, failure: null });
    expect(await wait()).toBeLessThanOrEqual(6 * HOUR);
  });
});

describe('a feed that has moved', () => {
  const TO = 'https://news.example/new';

  beforeEach(async () => {
    entries = [article(1, ago(HOUR)), article(2, ago(2 * HOUR))];
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    world.web.set(
      'news.example/new',
      document(() => rssFeed(entries)),
    );
  });

  const redirect = (status: number, location = TO): void => {
    world.web.set(AT, (_, response) => response.writeHead(status, { location }).end());
  };
  const pollFor = async (ms: number): Promise<void> => {
    for (const end = world.now.getTime() + ms; world.now.getTime() < end;) {
      await pollAgain((await world.feeds())[0]!.url);
    }
  };

  it.each([301, 308])(
    'for good (%i) is kept at its new address with its history, after three confirmations',
    async (status) => {
      const { id } = await world.feed(FEED);
      redirect(status);
      await pollAgain();
      expect(await world.feed(FEED)).toMatchObject({ movedTo: TO, movesSeen: 1 });
      await pollFor(4 * HOUR);
      expect(await world.feeds()).toMatchObject([{ id, url: TO, firstUrl: FEED, active: true, movedTo: null }]);
      expect(await world.links()).toHaveLength(2);
      // Who still declares the old address means this feed.
      await world.declare(fetcher, FEED);
      expect(await world.feeds()).toMatchObject([{ id, active: true }]);
      await world.declare(fetcher);
      expect(await world.feeds()).toMatchObject([{ id, active: false }]);
      await world.declare(fetcher, FEED);
      entries = [article(3), ...entries];
      const before = world.asked(AT).length;
      await pollAgain(TO);
      expect((await world.links()).at(-1)).toMatchObject({ url: 'https://news.example/3', origin: { source: TO } });
      expect(world.asked(AT)).toHaveLength(before);
    },
  );

  it.each([302, 307, 303])('for now (%i) stays where it is', async (status) => {
    redirect(status);
    await pollFor(8 * HOUR);
    expect(await world.feeds()).toMatchObject([{ url: FEED, movedTo: null }]);
  });

  it('to where it is polled already becomes one with that feed', async () => {
    await world.declare(fetcher, FEED, TO);
    const there = await world.feed(TO);
    redirect(301);
    await pollFor(5 * HOUR);
    expect(await world.feeds()).toMatchObject([{ id: there.id, url: TO, active: true }]);
    const seen = await world.database.manager.find(SeenEntry);
    expect(seen.map(({ feedId }) => feedId)).toEqual([there.id, there.id]);
    await world.declare(fetcher, FEED);
    expect(await world.feeds()).toMatchObject([{ id: there.id, active: true }]);
    // Both had read the two entries; nothing is read again by the one that is left.
    expect(await world.links()).toHaveLength(4);
    await pollAgain(TO);
    expect(await world.links()).toHaveLength(4);
  });

  it('to where it has been declared and never read brings its history there', async () => {
    redirect(301);
    await pollFor(2.5 * HOUR);
    await world.declare(fetcher, FEED, TO);
    const there = await world.feed(TO);
    await world.database.query('UPDATE feed SET next_poll_at = $1 WHERE url = $2', [ago(-30 * DAY), TO]);
    while ((await world.feeds()).length > 1) await pollAgain();
    expect(await world.feeds()).toMatchObject([{ id: there.id, url: TO }]);
    await pollAgain(TO);
    expect(await world.links()).toHaveLength(2);
  });

  it('to another site that shows nothing of it is not believed', async () => {
    world.web.set(
      'parked.example/',
      document(() => rssFeed([{ url: 'https://parked.example/buy' }])),
    );
    redirect(301, 'https://parked.example/');
    await pollFor(12 * HOUR);
    expect(await world.feeds()).toMatchObject([{ url: FEED, movesSeen: 0 }]);
  });

  it('back and forth ends with one feed', async () => {
    redirect(301);
    await pollFor(5 * HOUR);
    world.web.set(
      AT,
      document(() => rssFeed(entries)),
    );
    world.web.set('news.example/new', (_, response) => response.writeHead(301, { location: FEED }).end());
    await pollFor(12 * HOUR);
    expect(await world.feeds()).toMatchObject([{ url: FEED }]);
    await world.declare(fetcher, FEED, TO);
    expect(await world.feeds()).toHaveLength(1);
  });
});

describe('what is kept of a feed', () => {
  it('is what was kept of it before feeds had a rhythm', async () => {
    entries = [article(1), article(2)];
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    await world.database.undoLastMigration();
    await world.database.runMigrations();
    expect(await world.feed(FEED)).toMatchObject({ active: true, activity: [], host: 'news.example' });
    entries = [article(3), ...entries];
    await world.database.query('UPDATE feed SET next_poll_at = $1', [world.now]);
    await fetcher.pollDue();
    expect((await world.links()).slice(2).map(({ url }) => url)).toEqual(['https://news.example/3']);
    const { id } = await world.feed(FEED);
    expect((await world.database.manager.find(SeenEntry)).map(({ feedId }) => feedId)).toEqual([id, id, id]);
  });

  it('is what it lists, and for a while what it listed', async () => {
    entries = [article(1), article(2)];
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    for (let day = 3; day < 36; day += 1) {
      world.pass(DAY);
      entries = [article(day), article(1)];
      await world.database.query('UPDATE feed SET next_poll_at = $1', [world.now]);
      await fetcher.pollDue();
    }
    const seen = (await world.database.manager.find(SeenEntry)).map(({ url }) => Number(url.split('/').at(-1)));
    expect(seen).toContain(1);
    expect(seen).not.toContain(2);
    expect(seen.length).toBeLessThanOrEqual(33);
    expect((await world.links()).filter(({ url }) => url.endsWith('/1'))).toHaveLength(1);
  });

  it('goes with it', async () => {
    entries = [article(1)];
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    await world.database.query('DELETE FROM feed');
    expect(await world.database.manager.count(SeenEntry)).toBe(0);
  });
});

describe('a feed that has gone silent', () => {
  it('is counted when nothing new has come for many times its own interval', async () => {
    entries = Array.from({ length: 10 }, (_, number) => article(number, ago(number * 4 * HOUR)));
    await world.declare(fetcher, FEED);
    await fetcher.pollDue();
    const silent = async () =>
      (await fetcher.metrics.registry.getSingleMetric('newsmill_feeds_silent')!.get()).values[0]?.value;
    expect(await silent()).toBe(0);
    world.pass(39 * HOUR);
    expect(await silent()).toBe(0);
    world.pass(2 * HOUR);
    expect(await silent()).toBe(1);
    expect(await metric('newsmill_feeds')).toEqual({ silent: 1 });
    entries = [article(99), ...entries];
    await fetcher.pollDue();
    expect(await silent()).toBe(0);
  });
});
