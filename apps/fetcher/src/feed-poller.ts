import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import { type FeedEntry, parseFeed } from '@newsmill/feeds';
import { type FetchedResource, type Outbound, OutboundError } from '@newsmill/outbound';
import { backoff, deterministicId, sleep } from '@newsmill/stage';
import { hostOf, InvalidUrl, normalizeUrl } from '@newsmill/web';
import { DataSource, In } from 'typeorm';
import { Feed } from './entities/feed.entity.js';
import { SeenEntry } from './entities/seen-entry.entity.js';
import type { FetcherSettings } from './fetcher.config.js';
import { fetcherDatabase } from './fetcher.database.js';
import { FETCHER_SETTINGS } from './fetcher.tokens.js';
import { Intake } from './intake.js';
import { OUTBOUND } from './outbound.provider.js';

type Link = EventOf<typeof linkDiscovered>;

/** Milliseconds between looks for feeds that are due. */
const TICK_MS = 1_000;
/** Feeds polled side by side by one process. */
const CLAIM = 4;
/** A feed that fails is polled after at most this many seconds. */
const MAX_BACKOFF_S = 3_600;

/** Polls the feeds that sources follow and puts their new entries on the log. Several processes share the work. */
@Injectable()
export class FeedPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('feeds');
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(OUTBOUND) private readonly outbound: Outbound,
    @Inject(FETCHER_SETTINGS) private readonly settings: FetcherSettings,
    private readonly intake: Intake,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted;) {
      try {
        const feeds = await this.claimDue();
        await Promise.allSettled(feeds.map((feed) => this.poll(feed)));
        failures = 0;
        if (feeds.length === CLAIM) continue;
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot poll: ${(error as Error).message}`);
      }
      await sleep(failures === 0 ? TICK_MS : backoff(failures, TICK_MS, 30_000), signal).catch(() => undefined);
    }
  }

  /** Claimed by moving the next poll on: whoever dies while polling leaves the feed to the next round. */
  private async claimDue(): Promise<Feed[]> {
    const [rows] = await this.database.query<[Feed[], number]>(
      `UPDATE feed SET next_poll_at = now() + make_interval(secs => $1)
       WHERE url IN (
         SELECT url FROM feed WHERE active AND kind = 'feed' AND next_poll_at <= now() ORDER BY next_poll_at
         LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING url, etag, last_modified AS "lastModified", failures`,
      [this.settings.feedInterval, CLAIM],
    );
    return rows;
  }

  private async poll(feed: Feed): Promise<void> {
    try {
      const resource = await this.outbound.fetchPage(feed.url, {
        ...(feed.etag !== null && { etag: feed.etag }),
        ...(feed.lastModified !== null && { lastModified: feed.lastModified }),
        signal: this.closing.signal,
      });
      if (resource.status === 304) {
        await this.succeeded(feed);
        return;
      }
      if (resource.status !== 200) throw new Error(`HTTP status ${resource.status}`);
      const parsed = parseFeed(resource.body, {
        url: resource.url,
        ...(resource.contentType !== undefined && { contentType: resource.contentType }),
      });
      const fresh = await this.take(feed.url, parsed.entries);
      await this.succeeded(feed, resource);
      if (fresh > 0) this.logger.log(`${feed.url}: ${fresh} new of ${parsed.entries.length} entries`);
    } catch (error) {
      if (this.closing.signal.aborted) return;
      await this.failed(feed, error);
    }
  }

  /** On the log first, then remembered: a crash in between repeats links under the same receipts. */
  private async take(feedUrl: string, entries: readonly FeedEntry[]): Promise<number> {
    const fresh = new Map<string, { link: Link; updated: string }>();
    for (const entry of entries) {
      const found = toLink(feedUrl, entry, new Date());
      if (found) fresh.set(deterministicId(feedUrl, found.link.url), found);
    }
    const seen = await this.database.manager.findBy(SeenEntry, { id: In([...fresh.keys()]) });
    for (const { id, updated } of seen) if (fresh.get(id)?.updated === updated) fresh.delete(id);
    await this.intake.takeLinks(
      'feed',
      [...fresh.values()].map(({ link }) => link),
    );
    if (fresh.size > 0) {
      const rows = [...fresh].map(([id, { link, updated }]) => ({ id, url: link.url, updated, seenAt: new Date() }));
      await this.database.manager.upsert(SeenEntry, rows, ['id']);
    }
    return fresh.size;
  }

  private async succeeded({ url }: Feed, resource?: FetchedResource): Promise<void> {
    await this.database.manager.update(Feed, url, {
      failures: 0,
      ...(resource && {
        etag: resource.headers['etag'] ?? null,
        lastModified: resource.headers['last-modified'] ?? null,
      }),
    });
  }

  private async failed({ url, failures }: Feed, error: unknown): Promise<void> {
    const seconds = Math.min(
      Math.max(MAX_BACKOFF_S, this.settings.feedInterval),
      this.settings.feedInterval * 2 ** failures,
    );
    const reason = error instanceof OutboundError ? error.explanation : (error as Error).message;
    this.logger.warn(`${url}: ${reason}; looks again in ${seconds} s`);
    await this.database.manager.update(Feed, url, {
      failures: failures + 1,
      nextPollAt: new Date(Date.now() + seconds * 1000),
    });
  }
}

/** A feed entry as link; `undefined` when its address cannot be fetched. */
function toLink(feedUrl: string, entry: FeedEntry, now: Date): { link: Link; updated: string } | undefined {
  let url: string;
  try {
    url = normalizeUrl(entry.url);
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
  const published = entry.published?.raw;
  const updated = entry.updated?.raw ?? published ?? '';
  const link: Link = {
    receiptId: deterministicId('feed', feedUrl, url, updated),
    origin: { mode: 'feed', source: feedUrl },
    url,
    host: hostOf(url),
    discoveredAt: now.toISOString(),
    hints: { title: entry.title, published },
  };
  return { link, updated };
}
