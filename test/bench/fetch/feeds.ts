import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from '@newsmill/embedded-postgres';
import { Site } from '../../support/stub-web/site.ts';
import { looksOf, type Spread, spreadOf } from './judge.ts';
import { type Usage, World } from './world.ts';

/** New articles a second, of all sites together: what 10,000 sources of ten articles a day bring. */
const ARTICLES_A_SECOND = 1;
const IDLE_MS = 8_000;
/** Of the interval. */
const GOAL = 1.2;

export interface FeedsResult {
  sources: number;
  feeds: number;
  intervalSeconds: number;
  looks: number;
  /** Looks a second. */
  rate: number;
  /** From one look at a feed to the next, as multiple of its interval. */
  stretch: Spread;
  /** Times that a feed was looked at later than {@link GOAL}. */
  late: number;
  /** Feeds that were not looked at. */
  unseen: number;
  /** CPU milliseconds a look, what the parts use without any source taken off. */
  cpuMsPerLook: Record<string, number>;
  idleCpuMsPerSecond: Record<string, number>;
  usage: Usage;
  warnings: string[];
}

/**
 * Sources that are due evenly over their interval, for two intervals: in the first one each feed is read, the second one
 * counts. Each robots.txt is known, as it is in all intervals of a day but one.
 */
export async function measureFeeds(
  server: EmbeddedPostgres,
  { sources, intervalSeconds }: { sources: number; intervalSeconds: number },
): Promise<FeedsResult> {
  const world = await World.open(server, `feeds_${sources}`, {
    seed: 1,
    sites: sources,
    hourMs: 3_600_000,
    backlog: 0,
    maxArticles: 1_000_000,
    periodHours: sources / ARTICLES_A_SECOND / 3600,
    profile: 'healthy',
  });
  try {
    const entrances = Array.from({ length: sources }, (_, index) => world.web.site(index).entrances);
    await knowRobots(world, sources);
    const file = path.join(world.folder, 'sources.yaml');
    await writeFile(file, 'sources: []\n');
    await world.addFetcher({
      NEWSMILL_SOURCES_FILE: file,
      NEWSMILL_FEED_INTERVAL: `${intervalSeconds}s`,
      NEWSMILL_FEED_INTERVAL_MIN: `${intervalSeconds}s`,
      NEWSMILL_FEED_INTERVAL_MAX: `${intervalSeconds}s`,
    });
    await sleep(2_000);
    const idle = await world.measure(() => sleep(IDLE_MS));
    const lines = entrances.map((of) => {
      const feeds = of.map((entrance) =>
        Site.isFeed(entrance) ? `"${entrance.url}"` : `{ url: "${entrance.url}", kind: sitemap }`,
      );
      return `- feeds: [${feeds.join(', ')}]\n`;
    });
    await writeFile(file, `sources:\n${lines.join('')}`);
    const feeds = new Set(entrances.flat().map(({ url }) => new URL(url).hostname + new URL(url).pathname));
    await untilDeclared(world, feeds.size);
    // New feeds are looked at over five minutes or more; here over one interval, so that each moment is like every other.
    const { rows } = await world.database.query<{ now: Date }>(
      `UPDATE fetcher.feed SET next_poll_at = now() + random() * $1 * interval '1 second' RETURNING now()`,
      [intervalSeconds],
    );
    const began = rows[0]!.now.getTime();
    const until = (intervals: number): Promise<void> =>
      sleep(Math.max(0, began + intervals * intervalSeconds * 1000 - Date.now()));
    await until(1.05);
    await world.web.readLog();
    const from = Math.max(0, ...world.web.requests.map(({ endedAt }) => endedAt));
    const usage = await world.measure(() => until(2.2));
    await world.web.readLog();
    const to = Math.max(0, ...world.web.requests.map(({ endedAt }) => endedAt));
    const { looks, unseen, gaps } = looksOf(world.web.requests, feeds, { from, to });
    const stretches = gaps.map((gap) => gap / (intervalSeconds * 1000));
    const perSecond = perOf(idle, idle.seconds);
    return {
      sources,
      feeds: feeds.size,
      intervalSeconds,
      looks,
      rate: looks / usage.seconds,
      unseen,
      stretch: spreadOf(stretches),
      late: stretches.filter((stretch) => stretch > GOAL).length,
      cpuMsPerLook: Object.fromEntries(
        Object.entries(usage.cpuMs).map(([part, ms]) => [part, (ms - perSecond[part]! * usage.seconds) / looks]),
      ),
      idleCpuMsPerSecond: perSecond,
      usage,
      warnings: world.warnings(),
    };
  } finally {
    await world.close();
  }
}

export function perOf({ cpuMs }: Usage, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(cpuMs).map(([part, ms]) => [part, ms / count]));
}

async function knowRobots({ database, web }: World, sources: number): Promise<void> {
  const sites = Array.from({ length: sources }, (_, index) => web.site(index));
  await database.query(
    `INSERT INTO fetcher.robots (origin, status, body, expires_at, failures)
     SELECT origin, CASE WHEN body IS NULL THEN 'none' ELSE 'found' END, convert_to(body, 'UTF8'), now() + interval '1 day', 0
     FROM unnest($1::text[], $2::text[]) AS known (origin, body)`,
    [sites.map(({ origin }) => origin), sites.map(({ robots }) => robots.text ?? null)],
  );
}

async function untilDeclared(world: World, feeds: number): Promise<void> {
  for (let looks = 0; looks < 600; looks += 1) {
    const { rows } = await world.database.query<{ count: string }>('SELECT count(*) FROM fetcher.feed WHERE active');
    if (Number(rows[0]!.count) === feeds) return;
    await sleep(100);
  }
  throw new Error(`${feeds} feeds were not declared within a minute`);
}
