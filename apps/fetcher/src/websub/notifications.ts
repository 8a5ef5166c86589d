import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { NotAFeed } from '@newsmill/feeds';
import { DataSource } from 'typeorm';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { CLOCK, FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { FeedActivity } from '../feeds/feed-activity.js';
import { type FeedDocument, readFeedDocument } from '../feeds/feed-document.js';
import { FeedEntries } from '../feeds/feed-entries.js';
import { FeedMetrics } from '../feeds/feed-metrics.js';
import { isSignedBy } from './hub-signature.js';
import { type FeedSubscription, Subscriptions } from './subscriptions.js';
import type { NotificationOutcome } from './web-sub-metrics.js';

/** What a hub sent. */
export interface Notification {
  body: Uint8Array;
  contentType: string | undefined;
  /** `X-Hub-Signature`. */
  signature: string | undefined;
}

/** Reads what hubs send (W3C WebSub section 7): the same way as a document that was polled. */
@Injectable()
export class Notifications {
  private readonly logger = new Logger('websub');

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'feedIntervalMin'>,
    @Inject(CLOCK) private readonly clock: () => Date,
    private readonly subscriptions: Subscriptions,
    private readonly entries: FeedEntries,
    private readonly activity: FeedActivity,
    private readonly metrics: FeedMetrics,
  ) {}

  /** Resolves when what is new is on the log, and rejects when it is not: then the hub should send it again. */
  async take({ feed, secret }: FeedSubscription, notification: Notification): Promise<NotificationOutcome> {
    const now = this.clock();
    if (secret === null) {
      // Whoever listens on the way knows the callback: the hub's word is good for a look, not for content.
      await this.lookSoon(feed.id, now);
      return 'thin';
    }
    if (!isSignedBy(secret, notification.signature, notification.body)) return 'bad-signature';
    const document = this.read(feed.url, notification);
    if (document === undefined) {
      await this.lookSoon(feed.id, now);
      return 'not-a-feed';
    }
    const { fresh } = await this.entries.take(feed, document.entries, now);
    if (fresh.length > 0) {
      await this.activity.note(feed, fresh, now);
      this.metrics.found('push', fresh.length);
      this.logger.log(`${feed.url}: ${fresh.length} new or changed entries, told by its hub`);
    }
    await this.subscriptions.pushed(feed.id, fresh.length > 0, now);
    return fresh.length > 0 ? 'new' : 'nothing-new';
  }

  private read(url: string, { body, contentType }: Notification): FeedDocument | undefined {
    try {
      return readFeedDocument({ url, contentType, headers: {}, body });
    } catch (error) {
      if (!(error instanceof NotAFeed)) throw error;
      this.logger.warn(`a hub sent no feed: ${error.message}`);
      return undefined;
    }
  }

  /** No sooner than any other look: a hub cannot make us ask a feed more often than its lower bound allows. */
  private async lookSoon(feedId: string, now: Date): Promise<void> {
    await this.database.query(
      `UPDATE feed SET next_poll_at = least(next_poll_at, greatest($2, polled_at + make_interval(secs => $3)))
       WHERE id = $1 AND claim IS NULL AND failures = 0`,
      [feedId, now, this.settings.feedIntervalMin / 1000],
    );
  }
}
