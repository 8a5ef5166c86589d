import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { linkDiscovered, pageFetched } from '@newsmill/contracts';
import { PoliteWorld, until } from '../../../../test/support/polite-world.ts';
import { HostBusy, RobotsForbidden } from './refusals.js';

const SIGNAL = new AbortController().signal;
const QUICK = { NEWSMILL_HOST_INTERVAL: '0' };

/**
 * Milliseconds by which two requests may be closer than the interval. The stub notes a request before it answers it, and the
 * next slot is counted from after the answer: so delays of network and event loops can only widen the gap. What is left are
 * two clocks, the database's and the stub's, that may run apart by less than a thousandth, and their rounding.
 */
const tolerance = (intervalMs: number): number => 1 + intervalMs / 1000;

let world: PoliteWorld;

beforeAll(() => {
  Logger.overrideLogger(false);
});

beforeEach(async () => {
  world = new PoliteWorld();
  await world.start();
}, 120_000);

afterEach(async () => {
  await world.stop();
}, 60_000);

const pages = (host: string, count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, index) => `http://${host}/${from + index}`);

const failure = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error as Error,
  );

describe('the budget of a host', () => {
  it('is one for all processes, and robots.txt, pages and redirects count alike', async () => {
    const INTERVAL = 120;
    const environment = { NEWSMILL_HOST_INTERVAL: String(INTERVAL) };
    const both = [await world.fetcher(environment), await world.fetcher(environment)];
    world.web.status('shop.example/2', 302, { location: '/20' });
    world.web.answers.set('shop.example/3', (_, response) => setTimeout(() => response.end('late'), 80));
    const urls = pages('shop.example', 12);
    await Promise.all(
      urls.map((url, index) => both[index % 2]!.polite.fetch(url, { patienceMs: 30_000, signal: SIGNAL })),
    );
    const gaps = world.web.gaps('shop.example');
    expect(gaps.length).toBeGreaterThanOrEqual(13);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(INTERVAL - tolerance(INTERVAL));
  });

  it('never has more requests under way than the settings say', async () => {
    for (const [requests, host] of [
      [1, 'one.example'],
      [2, 'two.example'],
    ] as const) {
      const environment = { NEWSMILL_HOST_INTERVAL: '20', NEWSMILL_HOST_REQUESTS: String(requests) };
      const both = [await world.fetcher(environment), await world.fetcher(environment)];
      let [now, most] = [0, 0];
      for (const url of pages(host, 8)) {
        world.web.answers.set(url.slice('http://'.length), (_, response) => {
          now += 1;
          most = Math.max(most, now);
          setTimeout(() => {
            now -= 1;
            response.end('x');
          }, 60);
        });
      }
      await Promise.all(pages(host, 8).map((url, index) => both[index % 2]!.polite.fetch(url, { patienceMs: 30_000 })));
      expect([host, most]).toEqual([host, requests]);
    }
  });

  it('says when the next slot is, to those who do not wait for it', async () => {
    const { polite } = await world.fetcher({ NEWSMILL_HOST_INTERVAL: '60000', NEWSMILL_HOST_WAIT: '0' });
    const before = Date.now();
    const error = await failure(polite.fetch('http://slow.example/1'));
    expect(error).toBeInstanceOf(HostBusy);
    expect(error).toMatchObject({ host: 'slow.example', delay: 'slot' });
    expect((error as HostBusy).until.getTime()).toBeGreaterThan(before + 50_000);
    expect(world.web.requests('slow.example').map(({ path }) => path)).toEqual(['/robots.txt']);
  });

  it('is not held for ever by a process that has died', async () => {
    const { budget, source } = await world.fetcher(QUICK);
    const want = { intervalMs: 0, patienceMs: 0, signal: SIGNAL };
    await budget.take('dead.example', want);
    expect(await failure(budget.take('dead.example', want))).toBeInstanceOf(HostBusy);
    await source.query("UPDATE host SET leases = ARRAY[now() - interval '1 second']");
    await (await budget.take('dead.example', want)).release({ kind: 'well' });
  });

  it.each([
    [
      'doubles its interval with every failure in a row, and halves it again',
      true,
      [1, 2, 4, 8],
      600,
      [64, 4, 1, 0.1, 0.1],
    ],
    ['does so for answers like 500 for a while only', false, [1, 2, 4, 4], 4, [1, 0.1, 0.1, 0.1, 0.1]],
  ])('%s', async (_, isBlocked, first, most, last) => {
    const { budget, source } = await world.fetcher(QUICK);
    const want = { intervalMs: 100, patienceMs: 0, signal: SIGNAL };
    const waits: number[] = [];
    const rounds = [...Array<'ailing'>(14).fill('ailing'), ...Array<'well'>(5).fill('well')];
    for (const kind of rounds) {
      const slot = await budget.take('ill.example', want);
      await slot.release(kind === 'well' ? { kind } : { kind, reason: 'ill', isBlocked });
      const [{ wait }] = await source.query<[{ wait: string }]>(
        'SELECT extract(epoch FROM next_at - clock_timestamp()) AS wait FROM host',
      );
      waits.push(Math.round(Number(wait) * 10) / 10);
      await source.query('UPDATE host SET next_at = now()');
    }
    expect([waits.slice(0, 4), Math.max(...waits), waits.slice(-5)]).toEqual([first, most, last]);
  });
});

describe('a host that asks to be left alone', () => {
  it.each([
    ['429 and seconds', 429, () => '2'],
    ['503 and a date', 503, () => new Date(Date.now() + 3_000).toUTCString()],
  ])('by %s is, by all processes; its links wait, and are fetched then', async (_, status, retryAfter) => {
    const both = [await world.fetcher(QUICK), await world.fetcher(QUICK)];
    let refusedAt = 0;
    world.web.answers.set('tired.example/1', (_request, response) => {
      if (refusedAt > 0) {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Well again</h1>');
        return;
      }
      refusedAt = performance.now();
      response.writeHead(status, { 'retry-after': retryAfter() }).end();
    });
    for (const fetcher of both) await fetcher.run();
    const [first, ...others] = await world.publish(...pages('tired.example', 4));
    expect(await Promise.all([first!, ...others].map((id) => world.final(id)))).toEqual(Array(4).fill('emitted'));
    const later = world.web.requests('tired.example').filter(({ at }) => at > refusedAt + 1);
    expect(later).toHaveLength(4);
    // A date has whole seconds: of three at least two are left.
    expect(Math.min(...later.map(({ at }) => at)) - refusedAt).toBeGreaterThanOrEqual(2_000 - tolerance(2_000));
    expect((await world.told(first!))[0]).toContain(`HTTP status ${status}`);
  });

  it('holds nobody else up, and is counted', async () => {
    const fetcher = await world.fetcher(QUICK);
    world.web.status('tired.example/1', 429, { 'retry-after': '3600' });
    await fetcher.run();
    const [first, second] = await world.publish('http://tired.example/1', 'http://tired.example/2');
    const [well] = await world.publish('http://well.example/1');
    expect(await world.final(well!)).toBe('emitted');
    await until('both are deferred', async () => (await fetcher.deferred.count()) === 2);
    expect((await world.told(first!)).concat(await world.told(second!))).toEqual([
      expect.stringMatching(/^deferred: until .*HTTP status 429/),
      expect.stringMatching(/^deferred: until .*HTTP status 429/),
    ]);
    expect(world.web.requests('tired.example').map(({ path }) => path)).toEqual(['/robots.txt', '/1']);
    const [{ wait }] = await fetcher.source.query<[{ wait: string }]>(
      'SELECT extract(epoch FROM min(due_at) - now()) AS wait FROM deferred_link',
    );
    expect(Number(wait)).toBeGreaterThan(3_500);
    expect(await fetcher.budget.countBlocked()).toBe(1);
    const text = await fetcher.metrics.registry.metrics();
    expect(text).toContain('newsmill_deferred_links 2');
    expect(text).toContain('newsmill_blocked_hosts 1');
    expect(text).toContain('newsmill_fetch_requests_total{outcome="too-many"} 1');
    expect(text).toContain('newsmill_stage_events_total{stage="fetch",outcome="deferred"} 2');
  });

  it('and never answers has its links end with the dead letters, with the reason', async () => {
    const fetcher = await world.fetcher(QUICK);
    world.web.status('broken.example/1', 500);
    await fetcher.run();
    const [first] = await world.publish('http://broken.example/1');
    expect(await world.final(first!)).toBe(
      'dead: http-exhausted: HTTP status 500 (http://broken.example/1); asked for 3 times',
    );
    expect(world.web.requests('broken.example').filter(({ path }) => path === '/1')).toHaveLength(3);
  });

  it('for longer than a link may wait has it end with the dead letters', async () => {
    const fetcher = await world.fetcher({ ...QUICK, NEWSMILL_DEFER_MAX: '1s' });
    world.web.status('away.example/1', 503, { 'retry-after': '2' });
    await fetcher.run();
    const [, second] = await world.publish('http://away.example/1', 'http://away.example/1');
    expect(await world.final(second!)).toMatch(/^dead: http-exhausted: deferred since .*HTTP status 503/);
  });
});

describe('robots.txt', () => {
  it('is obeyed at every hop; what it forbids is never asked for', async () => {
    const fetcher = await world.fetcher(QUICK);
    world.web.robots('strict.example', 'User-agent: *\nDisallow: /private\nDisallow: /4\n');
    world.web.status('strict.example/1', 301, { location: '/private/1' });
    world.web.status('open.example/2', 302, { location: 'http://strict.example/private/2' });
    world.web.status('open.example/3', 302, { location: 'http://strict.example/3' });
    await fetcher.run();
    const ids = await world.publish(
      'http://strict.example/private/0',
      'http://strict.example/1',
      'http://open.example/2',
      'http://open.example/3',
      'http://strict.example/4',
    );
    const told = await Promise.all(ids.map((id) => world.final(id)));
    const blocked = (path: string, rule: string) =>
      `rejected: robots: blocked by robots.txt: Disallow: ${rule} of http://strict.example/robots.txt (http://strict.example${path})`;
    expect(told).toEqual([
      blocked('/private/0', '/private, line 2'),
      blocked('/private/1', '/private, line 2'),
      blocked('/private/2', '/private, line 2'),
      'emitted',
      blocked('/4', '/4, line 3'),
    ]);
    const asked = world.web.requests('strict.example').map(({ path }) => path);
    expect(asked.filter((path) => path.startsWith('/private') || path === '/4')).toEqual([]);
    expect(asked.filter((path) => path === '/robots.txt')).toHaveLength(1);
  });

  it('is asked for once by all processes, and not again after a restart', async () => {
    world.web.robots('site.example', 'User-agent: newsmill\nDisallow: /x\n');
    const [one, other] = [await world.fetcher(QUICK), await world.fetcher(QUICK)];
    await one.polite.fetch('http://site.example/1');
    await other.polite.fetch('http://site.example/2');
    await one.stop();
    const third = await world.fetcher(QUICK);
    expect(await failure(third.polite.fetch('http://site.example/x'))).toBeInstanceOf(RobotsForbidden);
    expect(world.web.requests('site.example').map(({ path }) => path)).toEqual(['/robots.txt', '/1', '/2']);
  });

  it('that is not there allows all: 404, 403, more than five redirects', async () => {
    const { polite } = await world.fetcher(QUICK);
    world.web.status('b.example/robots.txt', 403);
    world.web.answers.set('c.example/robots.txt', (_, response) => response.writeHead(302, { location: '/r0' }).end());
    for (let hop = 0; hop < 9; hop += 1) world.web.status(`c.example/r${hop}`, 302, { location: `/r${hop + 1}` });
    for (const host of ['a.example', 'b.example', 'c.example']) {
      expect((await polite.fetch(`http://${host}/1`)).status).toBe(200);
    }
  });

  it('may stand behind five redirects, also on another host', async () => {
    const { polite } = await world.fetcher(QUICK);
    world.web.status('far.example/robots.txt', 301, { location: 'http://other.example/r1' });
    for (const hop of [1, 2, 3]) world.web.status(`other.example/r${hop}`, 302, { location: `/r${hop + 1}` });
    world.web.status('other.example/r4', 302, { location: '/rules' });
    world.web.answers.set('other.example/rules', (_, response) => response.end('User-agent: *\nDisallow: /x\n'));
    expect(await failure(polite.fetch('http://far.example/x'))).toBeInstanceOf(RobotsForbidden);
    expect((await polite.fetch('http://other.example/x')).status).toBe(200);
  });

  it.each([
    ['500', (response: { writeHead(s: number): { end(): void } }) => response.writeHead(500).end()],
    ['429', (response: { writeHead(s: number): { end(): void } }) => response.writeHead(429).end()],
    ['a broken connection', (response: { destroy(): void }) => response.destroy()],
  ])('that cannot be had (%s) means to wait: nothing is asked for until it can', async (_, answer) => {
    const fetcher = await world.fetcher({ ...QUICK, NEWSMILL_ROBOTS_RETRY: '1s' });
    let isWell = false;
    world.web.answers.set('ill.example/robots.txt', (_request, response) => {
      if (isWell) response.end('User-agent: *\nDisallow: /2\n');
      else answer(response);
    });
    await fetcher.run();
    const [first, second] = await world.publish(...pages('ill.example', 2));
    await until('a second look', async () => world.web.requests('ill.example').length >= 2);
    const before = world.web.requests('ill.example').map(({ path }) => path);
    expect(new Set(before)).toEqual(new Set(['/robots.txt']));
    isWell = true;
    expect(await world.final(first!)).toBe('emitted');
    expect(await world.final(second!)).toMatch(/^rejected: robots: blocked by robots\.txt/);
    expect((await world.told(first!))[0]).toMatch(/^deferred: until .* (?:robots\.txt cannot be had|ill\.example)/);
  });

  it('that has not been had for 30 days counts as its last copy, or as none', async () => {
    const fetcher = await world.fetcher(QUICK);
    world.web.robots('old.example', 'User-agent: *\nDisallow: /x\n');
    await fetcher.polite.fetch('http://old.example/1');
    for (const host of ['old.example', 'new.example']) world.web.status(`${host}/robots.txt`, 503);
    await fetcher.source.query("UPDATE robots SET expires_at = now() - interval '1 second'");
    const restarted = async () => {
      await fetcher.source.query('UPDATE host SET next_at = now(), blocked_until = NULL, failures = 0');
      return world.fetcher(QUICK);
    };
    for (const host of ['old.example', 'new.example']) {
      expect(await failure((await restarted()).polite.fetch(`http://${host}/1`))).toMatchObject({ delay: 'robots' });
    }
    await fetcher.source.query("UPDATE robots SET unreachable_since = now() - interval '31 days'");
    const { polite } = await restarted();
    expect(await failure(polite.fetch('http://old.example/x'))).toBeInstanceOf(RobotsForbidden);
    expect((await polite.fetch('http://old.example/2')).status).toBe(200);
    expect((await polite.fetch('http://new.example/x')).status).toBe(200);
  });

  it('slows us down by its Crawl-delay, within the bound', async () => {
    const { polite } = await world.fetcher({ ...QUICK, NEWSMILL_CRAWL_DELAY_MAX: '1s' });
    world.web.robots('slow.example', 'User-agent: *\nCrawl-delay: 0.4\n');
    world.web.robots('slower.example', 'User-agent: *\nCrawl-delay: 3600\n');
    for (const [host, delay] of [
      ['slow.example', 400],
      ['slower.example', 1_000],
    ] as const) {
      for (const url of pages(host, 3)) await polite.fetch(url, { patienceMs: 10_000 });
      const [, ...gaps] = world.web.gaps(host);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(delay - tolerance(delay));
    }
    // It waited for a second and not for an hour: it is here.
    expect(world.web.requests('slower.example')).toHaveLength(4);
  });

  it('an address that must not be reached is told under its own name', async () => {
    const { polite } = await world.fetcher(QUICK);
    const error = await failure(polite.fetch('http://10.0.0.1/secret'));
    expect(error).toMatchObject({ name: 'OutboundError', kind: 'blocked-address', url: 'http://10.0.0.1/secret' });
    expect(world.web.log).toEqual([]);
  });
});

describe('links that have no time', () => {
  it('to AMP forms and to pages that send on lead to the page, however long the Crawl-delay', async () => {
    const fetcher = await world.fetcher({ ...QUICK, NEWSMILL_HOST_WAIT: '200' });
    await fetcher.run();
    const say = (at: string, html: string): void => {
      world.web.answers.set(at, (_, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${html}`),
      );
    };
    for (const host of ['amp.slow.example', 'refresh.slow.example']) {
      world.web.robots(host, 'User-agent: *\nCrawl-delay: 1.5\n');
    }
    say('amp.slow.example/amp/1', '<html amp><link rel="canonical" href="http://amp.slow.example/1"><p>Short');
    say('refresh.slow.example/old/1', '<meta http-equiv="refresh" content="0; url=/1"><p>See there');
    const ids = await world.publish('http://amp.slow.example/amp/1', 'http://refresh.slow.example/old/1');
    expect(await Promise.all(ids.map((id) => world.final(id)))).toEqual(['emitted', 'emitted']);
    expect((await world.read(pageFetched)).map(({ url }) => url.final).sort()).toEqual([
      'http://amp.slow.example/1',
      'http://refresh.slow.example/1',
    ]);
    for (const [host, first] of [
      ['amp.slow.example', '/amp/1'],
      ['refresh.slow.example', '/old/1'],
    ] as const) {
      expect(world.web.requests(host).map(({ path }) => path)).toEqual(['/robots.txt', first, '/1']);
      expect(world.web.gaps(host)[1]).toBeGreaterThanOrEqual(1_500 - tolerance(1_500));
    }
  });

  it('are deferred one interval after the other, fetched once each, by whichever process', async () => {
    const INTERVAL = 250;
    const environment = { NEWSMILL_HOST_INTERVAL: String(INTERVAL), NEWSMILL_HOST_WAIT: '300' };
    const both = [await world.fetcher(environment), await world.fetcher(environment)];
    for (const fetcher of both) await fetcher.run();
    const ids = await world.publish(...pages('busy.example', 12));
    expect(await Promise.all(ids.map((id) => world.final(id)))).toEqual(Array(12).fill('emitted'));
    const asked = world.web.requests('busy.example').map(({ path }) => path);
    expect([asked.length, new Set(asked).size]).toEqual([13, 13]);
    expect(Math.min(...world.web.gaps('busy.example'))).toBeGreaterThanOrEqual(INTERVAL - tolerance(INTERVAL));
    for (const id of ids) expect((await world.told(id)).filter((said) => !said.startsWith('deferred'))).toHaveLength(1);
    await until('nothing waits', async () => (await both[0]!.deferred.count()) === 0);
  });

  it('a host that does not answer holds up none of twenty others, and its answer is not lost', async () => {
    const fetcher = await world.fetcher({ NEWSMILL_HOST_WAIT: '600', NEWSMILL_HOST_INTERVAL: '50' });
    let answer: (() => void) | undefined;
    world.web.answers.set('hanging.example/1', (_, response) => {
      answer = () => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>At last</h1>');
    });
    await fetcher.run();
    const [slow] = await world.publish('http://hanging.example/1');
    await until('the slow host is asked', async () => answer !== undefined);
    const hosts = Array.from({ length: 20 }, (_, index) => `fast-${index}.example`);
    const fast = await world.publish(...hosts.flatMap((host) => pages(host, 3)));
    // All of them come while the slow one is still being waited for.
    expect(await Promise.all(fast.map((id) => world.final(id)))).toEqual(Array(60).fill('emitted'));
    expect((await world.told(slow!)).every((said) => said.startsWith('deferred: '))).toBe(true);
    answer!();
    expect(await world.final(slow!)).toBe('emitted');
    expect(world.web.requests('hanging.example').filter(({ path }) => path === '/1')).toHaveLength(1);
  });

  it('go to the dead letters when their host has too many; they can be sent again from there', async () => {
    const fetcher = await world.fetcher({
      NEWSMILL_HOST_INTERVAL: '60000',
      NEWSMILL_HOST_WAIT: '0',
      NEWSMILL_HOST_QUEUE: '2',
    });
    await fetcher.run();
    const ids = await world.publish(...pages('full.example', 4));
    await until('all are told', async () =>
      (await Promise.all(ids.map((id) => world.told(id)))).every(({ length }) => length > 0),
    );
    const told = (await Promise.all(ids.map((id) => world.told(id)))).flat().map((said) => said.split(':')[0]);
    expect(told.filter((said) => said === 'deferred')).toHaveLength(2);
    expect(told.filter((said) => said === 'dead')).toHaveLength(2);
    expect(await fetcher.deferred.count()).toBe(2);
  });

  it('are not in their own way when they are read again', async () => {
    const { deferred } = await world.fetcher({ NEWSMILL_HOST_INTERVAL: '60000', NEWSMILL_HOST_QUEUE: '2' });
    await world.publish(...pages('again.example', 3));
    const links = await world.read(linkDiscovered);
    const until = new Date();
    const deferrals = links.map((link) => ({
      link,
      meta: { id: link.receiptId, source: '/test', topic: 't', partition: 0, offset: 0n, timestamp: 0, headers: {} },
      until,
      reason: 'r',
      journey: { since: until, tries: 0 },
    }));
    const kept = deferrals.slice(0, 2);
    for (let times = 0; times < 2; times += 1) expect([...(await deferred.keep(deferrals)).keys()]).toEqual(kept);
    expect(await deferred.count()).toBe(2);
  });

  it('come back at once for an answer that is awaited, however long the line of their host is', async () => {
    const { deferred, budget } = await world.fetcher({ NEWSMILL_HOST_INTERVAL: '60000' });
    const slot = await budget.take('slow.example', { intervalMs: 60_000, patienceMs: 0, signal: SIGNAL });
    await slot.release({ kind: 'well' });
    await world.publish(...pages('slow.example', 4));
    const links = await world.read(linkDiscovered);
    const until = new Date();
    const deferrals = links.map((link, index) => ({
      link,
      meta: { id: link.receiptId, source: '/test', topic: 't', partition: 0, offset: 0n, timestamp: 0, headers: {} },
      until,
      reason: 'r',
      journey: { since: until, tries: 0 },
      isAwaited: index === 3,
    }));
    const dues = [...(await deferred.keep(deferrals)).values()].map(
      (due) => (due.getTime() - until.getTime()) / 60_000,
    );
    expect(dues.map(Math.round)).toEqual([1, 2, 3, 0]);
    // The others wait for their host; this one needs nothing of it.
    expect([await deferred.publishDue(), await deferred.count()]).toEqual([1, 3]);
    expect((await world.read(linkDiscovered)).at(-1)).toEqual(links[3]);
  });

  it('keep headers and place, come again under their own id, and are harmless twice', async () => {
    const fetcher = await world.fetcher({ ...QUICK });
    await world.publish('http://once.example/1');
    const [link] = await world.read(linkDiscovered);
    const meta = {
      id: 'event-1',
      source: '/test',
      topic: 't',
      partition: 0,
      offset: 1n,
      timestamp: 0,
      headers: { ce_id: Buffer.from('event-1'), ce_source: Buffer.from('/test'), odd: Buffer.from([0, 255, 10]) },
    };
    const deferral = { link: link!, meta, until: new Date(), reason: 'r', journey: { since: new Date(), tries: 1 } };
    expect((await fetcher.deferred.keep([deferral, { ...deferral }])).size).toBe(2);
    await fetcher.deferred.keep([deferral]);
    expect(await fetcher.deferred.count()).toBe(1);
    expect(await fetcher.deferred.publishDue()).toBe(1);
    expect([await fetcher.deferred.publishDue(), await fetcher.deferred.count()]).toEqual([0, 0]);
    const again = [];
    for await (const record of world.transport.read('newsmill.news.link.discovered.v1', 'earliest')) {
      if (record.headers['ce_id']?.toString() === 'event-1') again.push(record);
    }
    expect(again).toHaveLength(1);
    expect([...again[0]!.headers['odd']!]).toEqual([0, 255, 10]);
    expect(JSON.parse(again[0]!.headers['newsmill_deferral']!.toString())).toMatchObject({ tries: 1 });
    await fetcher.run();
    await until('both are fetched', async () => (await world.read(pageFetched)).length === 2);
    expect(new Set((await world.read(pageFetched)).map(({ receiptId }) => receiptId)).size).toBe(1);
  });
});

describe('what pages say to robots', () => {
  it.each([
    ['X-Robots-Tag: noarchive', { 'x-robots-tag': 'noarchive' }, '', 'the page says noarchive to robots'],
    ['noarchive for us', { 'x-robots-tag': 'newsmill: noarchive' }, '', 'the page says noarchive to robots'],
    ['noarchive for another', { 'x-robots-tag': 'googlebot: noarchive' }, '', undefined],
    ['meta noarchive', {}, '<meta name="robots" content="noarchive">', 'the page says noarchive to robots'],
    ['noindex, by default', { 'x-robots-tag': 'noindex' }, '', undefined],
    [
      'past its time',
      { 'x-robots-tag': 'unavailable_after: 2020-01-01' },
      '',
      'the page says unavailable_after 2020-01-01',
    ],
    ['before its time', { 'x-robots-tag': 'unavailable_after: 2999-01-01' }, '', undefined],
  ])('%s', async (_, headers, meta, reason) => {
    const fetcher = await world.fetcher(QUICK);
    world.web.answers.set('tag.example/1', (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(`<html><head>${meta}</head><p>News.`),
    );
    await fetcher.run();
    const [id] = await world.publish('http://tag.example/1');
    expect(await world.final(id!)).toMatch(
      reason === undefined ? /^emitted$/ : new RegExp(`^rejected: robots: ${reason}`),
    );
  });
});
