import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Metrics } from '@newsmill/service';
import { backoff, sleep } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import type { Discovery } from './discovery.js';
import { type ClaimedSearch, DiscoveryQueue } from './discovery-queue.js';
import { SiteSearch } from './site-search.js';
import type { SourcesSettings } from './sources.config.js';

/** Milliseconds between looks for sources whose feeds are to be looked for. */
const TICK_MS = 1_000;
/** Sites searched side by side by one process. */
const SEARCHES = 4;
/** Milliseconds after which a search is given up; under the time for which it is claimed. */
const SEARCH_MS = 10 * 60_000;
/** Milliseconds between looks for sources whose feeds are all gone. */
const SWEEP_MS = 60_000;

/** Looks for the feeds of sources that are due, in the background. */
@Injectable()
export class DiscoveryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('discovery');
  private readonly closing = new AbortController();
  private readonly searches;
  private loops: Promise<unknown> = Promise.resolve();
  private sweptAt = -Infinity;

  constructor(
    private readonly queue: DiscoveryQueue,
    private readonly sites: SiteSearch,
    @Inject(FETCHER_SETTINGS) private readonly settings: SourcesSettings,
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(fetcherDatabase.schema) database: DataSource,
  ) {
    this.searches = metrics.counter(
      'newsmill_discoveries_total',
      'Searches for the feeds of a site, by how they ended.',
      ['state'],
    );
    metrics.gauge('newsmill_sources', 'Sources by whether their feeds are known.', ['state'], async (gauge) => {
      gauge.reset();
      for (const { state, count } of await countSources(database)) gauge.set({ state }, count);
    });
  }

  onApplicationBootstrap(): void {
    this.loops = Promise.all(Array.from({ length: SEARCHES }, (_, number) => this.run(number === 0)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort(new Error('the process ends'));
    await this.loops;
  }

  private async run(sweeps: boolean): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted;) {
      let found = false;
      try {
        if (sweeps) await this.sweep();
        found = await this.searchDue(new Date());
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot look for feeds: ${(error as Error).message}`);
      }
      if (found) continue;
      await sleep(failures === 0 ? TICK_MS : backoff(failures, TICK_MS, 30_000), signal).catch(() => undefined);
    }
  }

  private async sweep(): Promise<void> {
    if (performance.now() - this.sweptAt < SWEEP_MS) return;
    this.sweptAt = performance.now();
    const gone = await this.queue.searchForGone(new Date());
    if (gone > 0) this.logger.log(`${gone} sources have lost all their feeds and are searched again`);
  }

  /** Searches the site that has been due for longest. @returns whether there was one */
  private async searchDue(now: Date): Promise<boolean> {
    const search = await this.queue.claim(now);
    if (search === undefined) return false;
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(SEARCH_MS)]);
    const found = await this.search(search, signal);
    if (found === undefined) {
      await this.queue.release(search, now);
      return false;
    }
    if (await this.queue.keep(search, found, new Date(), this.settings.discoveryInterval)) this.tell(search, found);
    return true;
  }

  /** @returns `undefined` when the process ends meanwhile */
  private async search({ home, known }: ClaimedSearch, signal: AbortSignal): Promise<Discovery | undefined> {
    try {
      return await this.sites.discover(home, signal, known);
    } catch (error) {
      if (this.closing.signal.aborted) return undefined;
      return { state: 'failed', error: (error as Error).message, feeds: [], steps: [], requests: 0 };
    }
  }

  private tell({ id, home }: ClaimedSearch, { state, feeds, error }: Discovery): void {
    this.searches.inc({ state });
    if (state !== 'found') {
      this.logger.warn(`${id}: ${error} (${home})`);
      return;
    }
    const followed = feeds.filter((feed) => feed.followed).map(({ url }) => url);
    this.logger.log(`${id}: follows ${followed.join(', ')}`);
  }
}

async function countSources(database: DataSource): Promise<{ state: string; count: number }[]> {
  const rows = await database.query<{ state: string; count: string }[]>(
    `SELECT CASE
       WHEN paused THEN 'paused'
       WHEN EXISTS (SELECT FROM source_feed WHERE source_id = source.id AND followed) THEN 'following'
       WHEN discovery_state IS NULL THEN 'searching'
       ELSE discovery_state END AS state, count(*) AS count
     FROM source GROUP BY 1`,
  );
  return rows.map(({ state, count }) => ({ state, count: Number(count) }));
}
