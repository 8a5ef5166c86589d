import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from '@newsmill/embedded-postgres';
import { perOf } from './feeds.ts';
import { type HostVerdict, judgeHosts, judgePages, type PageVerdict } from './judge.ts';
import { type Usage, World } from './world.ts';

const LIMIT_MS = 240_000;

export interface PagesResult extends PageVerdict {
  fetchers: number;
  links: number;
  intervalMs: number;
  budget: HostVerdict;
  cpuMsPerPage: Record<string, number>;
  usage: Usage;
  warnings: string[];
}

/** Links of many hosts on the log at once, those of a host together, as its feed lists them. */
export async function measurePages(
  server: EmbeddedPostgres,
  options: { hosts: number; pagesPerHost: number; intervalMs: number; fetchers: number },
): Promise<PagesResult> {
  const { hosts, pagesPerHost, intervalMs, fetchers } = options;
  const world = await World.open(server, `pages_${fetchers}`, {
    seed: 1,
    sites: hosts,
    hourMs: 3_600_000,
    backlog: 2 * pagesPerHost,
    maxArticles: 2 * pagesPerHost,
    // Young enough that none has moved or gone.
    periodHours: 0.001,
    profile: 'healthy',
  });
  try {
    const now = Date.now();
    // Their own addresses: an AMP or print form would be two requests.
    const urls = Array.from({ length: hosts }, (_, index) =>
      world.web
        .site(index)
        .expected(now)
        .slice(0, pagesPerHost)
        .map(({ url }) => url),
    ).flat();
    for (let count = 0; count < fetchers; count += 1) {
      await world.addFetcher({ NEWSMILL_HOST_INTERVAL: String(intervalMs) });
    }
    // Until the partitions are shared.
    await sleep(3_000);
    const wanted = new Set(urls.map((url) => new URL(url).hostname + new URL(url).pathname));
    const usage = await world.measure(async () => {
      await world.publish(urls);
      await world.until(`the pages of ${urls.length} links`, LIMIT_MS, () => {
        return judgePages(world.web.requests, wanted).missing === 0;
      });
    });
    // What would be fetched twice would come now.
    await sleep(3_000);
    const requests = await world.web.readLog();
    return {
      fetchers,
      links: urls.length,
      intervalMs,
      ...judgePages(requests, wanted),
      budget: judgeHosts(requests, intervalMs),
      cpuMsPerPage: perOf(usage, wanted.size),
      usage,
      warnings: world.warnings(),
    };
  } finally {
    await world.close();
  }
}
