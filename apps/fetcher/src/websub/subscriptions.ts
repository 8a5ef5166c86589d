import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import type { Feed } from '../entities/feed.entity.js';
import { type SubscriptionState, WebSubSubscription } from '../entities/web-sub-subscription.entity.js';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import type { HubLinks } from './hub-links.js';
import { WebSubMetrics } from './web-sub-metrics.js';

/** Polls in a row that find what no push has brought, after which a hub is no longer trusted. */
const MISSES = 2;

/** What polling finds may be on its way from the hub for so long, in milliseconds. */
const ON_ITS_WAY_MS = 5 * 60_000;

/** Part of a lease after which it is renewed: there is time for many tries. */
const RENEWED_AT = 0.75;

/** Longest lease taken, in milliseconds: a hub that promises more may well forget us. */
const LONGEST_LEASE_MS = 30 * 24 * 3_600_000;

/** A hub that has denied a subscription is asked again after this time, in milliseconds. */
const DENIED_MS = 7 * 24 * 3_600_000;

/** A subscription with the feed that it brings. */
export interface FeedSubscription extends Pick<WebSubSubscription, 'feedId' | 'secret' | 'state' | 'topic'> {
  feed: Pick<Feed, 'id' | 'url' | 'active' | 'polledAt'> & { name: string };
  isRunning: boolean;
}

/** What a hub says when it verifies an intent (W3C WebSub section 5.3). */
export interface Verification {
  mode: 'subscribe' | 'unsubscribe';
  topic: string;
  /** Only of `subscribe`. */
  leaseSeconds: number;
}

/** What is known of subscriptions, for all processes alike: the callback may reach any of them. */
@Injectable()
export class Subscriptions {
  private readonly logger = new Logger('websub');

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'webSubCallbackUrl'>,
    private readonly metrics: WebSubMetrics,
  ) {}

  /** A document tells where its changes are told, or no longer does. */
  async discovered(feedId: string, links: HubLinks | undefined, now: Date): Promise<void> {
    if (this.settings.webSubCallbackUrl === undefined) return;
    if (links === undefined) {
      await this.leave([feedId], now);
      return;
    }
    // Section 5.1: a secret is for hubs that are spoken to over TLS.
    const secret = links.hub.startsWith('https:') ? randomBytes(32).toString('hex') : null;
    await this.database.query(
      `INSERT INTO websub_subscription AS known (feed_id, hub, topic, token, secret, state, next_at)
       VALUES ($1, $2, $3, $4, $5, 'wanted', $6)
       ON CONFLICT (feed_id) DO UPDATE SET hub = excluded.hub, topic = excluded.topic, token = excluded.token,
         secret = excluded.secret, state = 'wanted', pending = NULL, attempts = 0, next_at = excluded.next_at,
         lease_until = NULL, trusted = false, misses = 0, reason = NULL
       WHERE known.hub <> excluded.hub OR known.topic <> excluded.topic OR known.state = 'leaving'`,
      [feedId, links.hub, links.topic, randomBytes(32).toString('base64url'), secret, now],
    );
  }

  /** Polling has found something new at a feed whose hub is trusted to tell it: once is bad luck, twice is a rule. */
  async polled(
    feed: Pick<Feed, 'id' | 'url' | 'polledAt'>,
    fresh: readonly { time?: number }[],
    now: Date,
  ): Promise<void> {
    const latest = now.getTime() - ON_ITS_WAY_MS;
    const isMissed = fresh.some(({ time }) => time === undefined || time <= latest);
    if (!isMissed) return;
    const [[row]] = await this.database.query<[{ trusted: boolean }[], number]>(
      `UPDATE websub_subscription SET misses = misses + 1, trusted = misses + 1 < $2,
         next_at = CASE WHEN misses + 1 < $2 THEN next_at ELSE $3 END
       WHERE feed_id = $1 AND trusted RETURNING trusted`,
      [feed.id, MISSES, now],
    );
    if (row === undefined) return;
    this.metrics.missed();
    if (!row.trusted) {
      this.logger.warn(`${feed.url}: its hub does not tell what is new; the feed is polled at its own rhythm again`);
    }
  }

  /** A push was taken. One that brings what polling had not found earns trust. */
  async pushed(feedId: string, isNew: boolean, now: Date): Promise<void> {
    await this.database.manager.update(
      WebSubSubscription,
      { feedId },
      { pushedAt: now, ...(isNew && { trusted: true, misses: 0 }) },
    );
  }

  /** The subscription whose callback ends in the token. */
  async find(token: string, now: Date): Promise<FeedSubscription | undefined> {
    const [row] = await this.database.query<
      (Omit<FeedSubscription, 'feed'> & { url: string; name: string; active: boolean; polledAt: Date | null })[]
    >(
      `SELECT feed_id AS "feedId", secret, state, topic, state = 'active' AND lease_until > $2 AS "isRunning",
         url, coalesce(first_url, url) AS name, active, polled_at AS "polledAt"
       FROM websub_subscription JOIN feed ON feed.id = feed_id WHERE token = $1`,
      [token, now],
    );
    if (row === undefined) return undefined;
    const { url, name, active, polledAt, ...subscription } = row;
    return { ...subscription, feed: { id: row.feedId, url, name, active, polledAt } };
  }

  /** @returns whether it is what was asked for: this topic, and this request not yet verified */
  async verify(token: string, { mode, topic, leaseSeconds }: Verification, now: Date): Promise<boolean> {
    const pending = { token, topic, pending: mode };
    if (mode === 'unsubscribe') {
      const { affected } = await this.database.manager.delete(WebSubSubscription, pending);
      return affected === 1;
    }
    const lease = Math.min(leaseSeconds * 1000, LONGEST_LEASE_MS);
    const { affected } = await this.database.manager.update(WebSubSubscription, pending, {
      state: 'active',
      pending: null,
      attempts: 0,
      leaseUntil: new Date(now.getTime() + lease),
      nextAt: new Date(now.getTime() + lease * RENEWED_AT),
      reason: null,
    });
    return affected === 1;
  }

  /** The hub will not have the subscription, or has ended it (section 5.2). */
  async deny(token: string, topic: string, reason: string, now: Date): Promise<boolean> {
    const [rows] = await this.database.query<[{ url: string }[], number]>(
      `UPDATE websub_subscription SET state = 'denied', pending = NULL, lease_until = NULL, trusted = false, reason = $3,
         next_at = $4
       FROM feed WHERE feed.id = feed_id AND token = $1 AND topic = $2 AND state <> 'leaving' RETURNING url`,
      [token, topic, reason.slice(0, 200), new Date(now.getTime() + DENIED_MS)],
    );
    for (const { url } of rows) this.logger.warn(`${url}: its hub denies the subscription: ${JSON.stringify(reason)}`);
    return rows.length > 0;
  }

  /** Ends subscriptions of feeds that are no longer polled. */
  async leaveInactive(now: Date): Promise<void> {
    const rows = await this.database.query<{ feedId: string }[]>(
      `SELECT feed_id AS "feedId" FROM websub_subscription JOIN feed ON feed.id = feed_id
       WHERE (NOT active OR gone_at IS NOT NULL) AND state <> 'leaving' LIMIT 1000`,
    );
    await this.leave(
      rows.map(({ feedId }) => feedId),
      now,
    );
  }

  private async leave(feedIds: readonly string[], now: Date): Promise<void> {
    if (feedIds.length === 0) return;
    const all: SubscriptionState[] = ['wanted', 'active', 'denied'];
    await this.database.manager.update(
      WebSubSubscription,
      { feedId: In(feedIds), state: In(all) },
      { state: 'leaving', pending: null, attempts: 0, nextAt: now, trusted: false },
    );
  }
}
