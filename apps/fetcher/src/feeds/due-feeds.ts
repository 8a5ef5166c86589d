import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Feed } from '../entities/feed.entity.js';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';

/** Feeds of one host claimed at once: a host with many feeds, or a slow one, leaves the places to others. */
const OF_ONE_HOST = 2;

/** Rows looked through for each feed wanted, so that a host with many due feeds does not fill the batch alone. */
const LOOKED_THROUGH = 4;

/** What a claim must leave of its time for writing down what was found, in milliseconds. */
const TO_SETTLE_MS = 15_000;

/** A feed that is this process's to look at, until its claim ends. */
export interface DueFeed extends Pick<
  Feed,
  | 'id'
  | 'url'
  | 'kind'
  | 'since'
  | 'etag'
  | 'lastModified'
  | 'bodyHash'
  | 'wishedSeconds'
  | 'skipHours'
  | 'skipDays'
  | 'activity'
  | 'silentFrom'
  | 'failures'
  | 'failure'
  | 'goneAt'
  | 'movedTo'
  | 'movesSeen'
  | 'moveSeenAt'
  | 'polledAt'
  | 'readAt'
> {
  claim: string;
  host: string;
  /** Names the feed for good: its first address. */
  name: string;
  /** When it should have been looked at. */
  dueAt: Date;
  /** A subscription that has proved itself brings what is new. */
  isPushed: boolean;
}

/**
 * Hands out feeds that are due, each to one process. A claim moves the next look to its own end: should the process die,
 * the feed is due again then, and should it be slow, what it writes after that is refused.
 */
@Injectable()
export class DueFeeds {
  /** Milliseconds. */
  private readonly lease: number;
  private readonly isSubscriber: boolean;

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) settings: Pick<FetcherSettings, 'fetchTimeoutMs' | 'webSubCallbackUrl'>,
  ) {
    this.isSubscriber = settings.webSubCallbackUrl !== undefined;
    this.lease = 2 * settings.fetchTimeoutMs + 90_000;
  }

  /** Milliseconds that a look may take. */
  get lookMs(): number {
    return this.lease - TO_SETTLE_MS;
  }

  /** @param busyHosts hosts at which this process is looking, whose other feeds wait */
  async claim(now: Date, count: number, busyHosts: readonly string[]): Promise<DueFeed[]> {
    const [rows] = await this.database.query<[DueFeed[], number]>(CLAIM, [
      now,
      busyHosts,
      count * LOOKED_THROUGH,
      OF_ONE_HOST,
      count,
      new Date(now.getTime() + this.lease),
      this.isSubscriber,
    ]);
    return rows.sort((left, right) => left.dueAt.getTime() - right.dueAt.getTime());
  }

  /** Gives feeds back that were not looked at: they are due as they were. */
  async release({ id, claim, dueAt }: Pick<DueFeed, 'id' | 'claim' | 'dueAt'>): Promise<void> {
    await this.database.query('UPDATE feed SET claim = NULL, next_poll_at = $3 WHERE id = $1 AND claim = $2', [
      id,
      claim,
      dueAt,
    ]);
  }
}

/** Parameters: now, busy hosts, rows looked through, feeds of one host, feeds, end of the claim, whether hubs reach us. */
export const CLAIM = `
  WITH due AS (
    SELECT url, host, next_poll_at FROM feed
    WHERE active AND next_poll_at <= $1 AND host <> ALL ($2::text[])
    ORDER BY next_poll_at LIMIT $3 FOR UPDATE SKIP LOCKED
  ), ranked AS (
    SELECT url, next_poll_at, row_number() OVER (PARTITION BY host ORDER BY next_poll_at) AS nth FROM due
  ), chosen AS (
    SELECT url, next_poll_at AS due_at FROM ranked WHERE nth <= $4 ORDER BY next_poll_at LIMIT $5
  )
  UPDATE feed SET claim = gen_random_uuid(), next_poll_at = $6
  FROM chosen WHERE feed.url = chosen.url
  RETURNING feed.id, feed.url, kind, coalesce(first_url, feed.url) AS name, host, claim, due_at AS "dueAt", since,
    etag, last_modified AS "lastModified", body_hash AS "bodyHash", wished_seconds AS "wishedSeconds",
    skip_hours AS "skipHours", skip_days AS "skipDays", activity, silent_from AS "silentFrom", failures, failure,
    gone_at AS "goneAt", moved_to AS "movedTo", moves_seen AS "movesSeen", move_seen_at AS "moveSeenAt",
    polled_at AS "polledAt", read_at AS "readAt",
    $7::boolean AND EXISTS (SELECT FROM websub_subscription AS subscription
      WHERE subscription.feed_id = feed.id AND state = 'active' AND trusted AND lease_until > $1) AS "isPushed"`;
