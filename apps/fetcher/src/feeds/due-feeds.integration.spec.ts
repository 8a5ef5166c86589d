import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { document, type FeedProcess, FeedWorld, rssFeed } from '../../../../test/support/feed-world.ts';
import { sourceOfFeed } from '../sources/source-declaration.js';
import { CLAIM } from './due-feeds.js';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

let world: FeedWorld;
let fetcher: FeedProcess;

beforeEach(async () => {
  world = await FeedWorld.open();
  fetcher = await world.process();
});

afterEach(() => world.close());

const urlOf = (feed: number, hosts: number): string => `https://${feed % hosts}.example/feed/${feed}`;

/** Feeds that answer, on so many hosts; declared beside others. */
async function serve(feeds: number, hosts: number, others: readonly string[] = []): Promise<string[]> {
  const urls = Array.from({ length: feeds }, (_, feed) => urlOf(feed, hosts));
  for (const url of urls) {
    world.web.set(
      url.slice('https://'.length),
      document(() => rssFeed([{ url: `${url}/article` }])),
    );
  }
  await world.declare(fetcher, ...urls, ...others);
  return urls;
}

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

/** Runs a claim of 32 feeds, undone afterwards. */
async function planOfClaim(): Promise<Plan> {
  const runner = world.database.createQueryRunner();
  try {
    await runner.startTransaction();
    const [row] = (await runner.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${CLAIM}`, [
      world.now,
      [],
      128,
      2,
      32,
      new Date(world.now.getTime() + MINUTE),
      true,
    ])) as [{ 'QUERY PLAN': [{ Plan: Plan }] }];
    return row['QUERY PLAN'][0].Plan;
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('ten thousand feeds', () => {
  it('are claimed by the index, at a cost that does not grow with their number', async () => {
    const blocksAt = async (feeds: number): Promise<number> => {
      await world.declare(fetcher, ...Array.from({ length: feeds }, (_, feed) => urlOf(feed, 500)));
      // One in ten is due, as at any moment of a busy day.
      await world.database.query(
        `UPDATE feed SET next_poll_at = $1::timestamptz + make_interval(secs => 60 * (hashtext(url) % 10 + 1))`,
        [new Date(world.now.getTime() - MINUTE)],
      );
      await world.database.query('VACUUM ANALYZE feed');
      const plan = await planOfClaim();
      const scans = nodesOf(plan).filter((node) => node['Relation Name'] === 'feed');
      if (feeds === 10_000) expect(scans.map((node) => node['Index Name'])).toContain('feed_due_idx');
      if (feeds === 10_000) expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    };
    const few = await blocksAt(1_000);
    const many = await blocksAt(10_000);
    expect(many).toBeLessThan(2 * few);
  });

  it('are first looked at one after another over five minutes, a single one at once', async () => {
    const urls = Array.from({ length: 10_000 }, (_, feed) => urlOf(feed, 500));
    await fetcher.sources.replace('setting', urls.map(sourceOfFeed));
    const delays = (await world.feeds()).map(({ nextPollAt, since }) => nextPollAt.getTime() - since.getTime());
    const bySecond = Map.groupBy(delays, (delay) => Math.floor(delay / SECOND));
    expect(Math.max(...delays)).toBeLessThan(5 * MINUTE);
    expect(bySecond.size).toBe(300);
    expect(Math.max(...[...bySecond.values()].map((second) => second.length))).toBeLessThan(70);
    await world.database.query('DELETE FROM feed');
    await fetcher.sources.replace('setting', [sourceOfFeed('https://one.example/')]);
    const { nextPollAt, since } = (await world.feeds())[0]!;
    expect(nextPollAt.getTime() - since.getTime()).toBeLessThan(SECOND);
  });
});

describe('several processes', () => {
  it('share the feeds, and none is looked at twice', async () => {
    const urls = await serve(400, 50);
    const other = await world.process();
    await Promise.all([fetcher.pollDue(), other.pollDue()]);
    const asked = world.requests.map(({ target }) => `https://${target}`);
    expect(asked.sort()).toEqual(urls.sort());
    expect(await world.links()).toHaveLength(400);
    const polls = await Promise.all(
      [fetcher, other].map(async ({ metrics }) => {
        const found = await metrics.registry.getSingleMetric('newsmill_feed_polls_total')!.get();
        return found.values.reduce((sum, { value }) => sum + value, 0);
      }),
    );
    expect(polls[0]! + polls[1]!).toBe(400);
    expect(Math.min(...polls)).toBeGreaterThan(0);
  });

  it('take over what one had claimed when it died, and what it still writes is refused', async () => {
    await serve(1, 1);
    const [feed] = await fetcher.due.claim(world.now, 8, []);
    expect(await fetcher.due.claim(world.now, 8, [])).toEqual([]);
    world.pass(fetcher.due.lookMs);
    expect(await fetcher.due.claim(world.now, 8, [])).toEqual([]);
    world.pass(MINUTE);
    const other = await world.process();
    await other.pollDue();
    expect(world.requests).toHaveLength(1);
    const settled = (await world.feeds())[0];
    await fetcher.due.release(feed!);
    expect((await world.feeds())[0]).toEqual(settled);
  });

  it('give back at their end what they have not looked at', async () => {
    const [url] = await serve(1, 1);
    let arrived: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (arrived = resolve));
    world.web.set(url!.slice('https://'.length), () => arrived());
    await fetcher.poller.beginDue();
    await asked;
    await fetcher.close();
    expect((await world.feeds())[0]).toMatchObject({ claim: null, nextPollAt: world.now, failures: 0 });
  });
});

describe('a slow host', () => {
  it('keeps no other feed waiting, however many of its own are due', async () => {
    const hanging: ServerResponse[] = [];
    const slow = Array.from({ length: 60 }, (_, feed) => `https://slow.example/${feed}`);
    for (const url of slow) {
      world.web.set(url.slice('https://'.length), (_, response) => void hanging.push(response));
    }
    await world.declare(fetcher, ...slow);
    world.pass(HOUR);
    const others = await serve(100, 20, slow);
    const small = await world.process({ NEWSMILL_FEED_CONCURRENCY: '4' });
    const isRead = () => world.requests.filter(({ target }) => !target.startsWith('slow')).length;
    for (let look = 0; look < 500 && isRead() < others.length; look += 1) {
      await small.poller.beginDue();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(isRead()).toBe(others.length);
    // Half of the places at most; on a slow machine the first looks may have been given up meanwhile.
    expect([1, 2]).toContain(hanging.filter(({ destroyed }) => !destroyed).length);
  });

  it('has no more looks under way than the setting says', async () => {
    await serve(100, 100);
    const small = await world.process({ NEWSMILL_FEED_CONCURRENCY: '5' });
    expect(await small.poller.beginDue()).toBe(5);
    expect(await small.poller.beginDue()).toBeLessThanOrEqual(5);
    await small.pollDue();
    expect(world.requests).toHaveLength(100);
  });
});

describe('lateness', () => {
  it('is measured from when a feed was due to when its look begins', async () => {
    await serve(1, 1);
    world.pass(20 * SECOND);
    await fetcher.pollDue();
    const found = await fetcher.metrics.registry.getSingleMetric('newsmill_feed_poll_lateness_seconds')!.get();
    expect(found.values).toContainEqual(
      expect.objectContaining({ metricName: 'newsmill_feed_poll_lateness_seconds_sum', value: 20 }),
    );
  });
});
