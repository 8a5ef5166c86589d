import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { BackgroundLoop, countsOf, Metrics } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import type { Discovery } from './discovery.js';
import { type ClaimedSearch, DiscoveryQueue } from './discovery-queue.js';
import { SiteSearch } from './site-search.js';
import { countHealth, countSources } from './source-counts.js';
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
  private readonly searches;
  private readonly loops = [
    ...Array.from(
      { length: SEARCHES },
      () =>
        new BackgroundLoop({ does: 'look for feeds', logger: this.logger, everyMs: TICK_MS }, (signal) =>
          this.searchDue(new Date(), signal),
        ),
    ),
    new BackgroundLoop({ does: 'look for lost feeds', logger: this.logger, everyMs: SWEEP_MS }, () => this.sweep()),
  ];

  constructor(
    private readonly queue: DiscoveryQueue,
    private readonly sites: SiteSearch,
    @Inject(FETCHER_SETTINGS) private readonly settings: SourcesSettings,
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(fetcherDatabase.schema) database: DataSource,
  ) {
    this.searches = metrics.counter(fetcherMetrics.discoveries);
    const { sources, sourceHealth } = fetcherMetrics;
    metrics.watch(sources, async () => countsOf(sources.labels.state, 'state', await countSources(database)));
    metrics.watch(sourceHealth, async () =>
      countsOf(sourceHealth.labels.health, 'health', await countHealth(database)),
    );
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async sweep(): Promise<void> {
    const gone = await this.queue.searchForGone(new Date());
    if (gone > 0) this.logger.log(`${gone} sources have lost all their feeds and are searched again`);
  }

  /** Searches the site that has been due for longest. @returns whether there was one */
  private async searchDue(now: Date, closing: AbortSignal): Promise<boolean> {
    const search = await this.queue.claim(now);
    if (search === undefined) return false;
    const found = await this.search(search, closing);
    if (found === undefined) {
      await this.queue.release(search, now);
      return false;
    }
    if (await this.queue.keep(search, found, new Date(), this.settings.discoveryInterval)) this.tell(search, found);
    return true;
  }

  /** @returns `undefined` when the process ends meanwhile */
  private async search({ home, known }: ClaimedSearch, closing: AbortSignal): Promise<Discovery | undefined> {
    try {
      return await this.sites.discover(home, AbortSignal.any([closing, AbortSignal.timeout(SEARCH_MS)]), known);
    } catch (error) {
      if (closing.aborted) return undefined;
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
