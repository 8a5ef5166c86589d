import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { backoff, sleep } from '@newsmill/stage';
import type { FetcherSettings } from '../fetcher.config.js';
import { CLOCK, FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { type DueFeed, DueFeeds } from './due-feeds.js';
import { FeedPoll } from './feed-poll.js';

/** Milliseconds between looks for feeds that are due, while none is. */
const TICK_MS = 1_000;

/** Least milliseconds between two claims: places that come free are filled together. */
const CLAIM_MS = 100;

/** Looks at feeds that are due, as many side by side as the settings say. Several processes share the work. */
@Injectable()
export class FeedPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('feeds');
  private readonly closing = new AbortController();
  private readonly underWay = new Map<string, { host: string; done: Promise<void> }>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(FETCHER_SETTINGS) private readonly settings: FetcherSettings,
    @Inject(CLOCK) private readonly clock: () => Date,
    private readonly due: DueFeeds,
    private readonly feedPoll: FeedPoll,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.loop;
    await Promise.all([...this.underWay.values()].map(({ done }) => done));
  }

  /**
   * Begins as many looks as there are free places for.
   * @returns how many
   */
  async beginDue(): Promise<number> {
    const free = this.settings.feedConcurrency - this.underWay.size;
    if (free === 0) return 0;
    const busyHosts = new Set([...this.underWay.values()].map(({ host }) => host));
    const feeds = await this.due.claim(this.clock(), free, [...busyHosts]);
    for (const feed of feeds) this.begin(feed);
    return feeds.length;
  }

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await this.untilOneIsDone();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.beginDue();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot poll: ${(error as Error).message}`);
        await sleep(backoff(failures, TICK_MS, 30_000), signal).catch(() => undefined);
        continue;
      }
      await sleep(CLAIM_MS, signal).catch(() => undefined);
      await this.pause(TICK_MS - CLAIM_MS);
    }
  }

  /** Until the time is over, a place comes free, or the process ends. */
  private async pause(ms: number): Promise<void> {
    const over = new AbortController();
    const time = sleep(ms, AbortSignal.any([this.closing.signal, over.signal])).catch(() => undefined);
    await Promise.race([time, ...(this.underWay.size > 0 ? [this.untilOneIsDone()] : [])]);
    over.abort();
  }

  private begin(feed: DueFeed): void {
    const done = this.feedPoll
      .poll(feed, this.closing.signal)
      .catch((error: unknown) => {
        // The claim ends by itself, and the feed is due again.
        this.logger.warn(`${feed.url}: what was found is not written down: ${(error as Error).message}`);
      })
      .finally(() => this.underWay.delete(feed.claim));
    this.underWay.set(feed.claim, { host: feed.host, done });
  }

  private async untilOneIsDone(): Promise<void> {
    await Promise.race([...this.underWay.values()].map(({ done }) => done));
  }
}
