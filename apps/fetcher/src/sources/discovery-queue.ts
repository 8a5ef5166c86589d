import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { activateFeeds, lockSources } from './active-feeds.js';
import type { Discovery } from './discovery.js';

/** Milliseconds for which a search belongs to the process that began it; then it counts as dead. */
const CLAIM_MS = 15 * 60_000;

/** A search that found nothing is repeated after so long, then twice as long each time, up to the interval. */
const FIRST_RETRY_MS = 10 * 60_000;

/** Polls in a row after whose failure a feed counts as gone. */
const GONE_AFTER = 5;

/** Milliseconds between two searches because all feeds are gone. */
const GONE_REST_MS = 60 * 60_000;

/** A source whose feeds are looked for by this process. */
export interface ClaimedSearch {
  id: string;
  home: string;
  revision: number;
  failures: number;
  /** Feeds that it follows already. */
  known: string[];
}

/** Which sources are to be searched for feeds, and what was found. Several processes share the work. */
@Injectable()
export class DiscoveryQueue {
  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  /** The source that has been due for longest; whoever dies while searching leaves it to another. */
  async claim(now: Date): Promise<ClaimedSearch | undefined> {
    const [[claimed]] = await this.database.query<[(ClaimedSearch | undefined)[], number]>(
      `UPDATE source SET discovery_due_at = $2
       WHERE id = (
         SELECT id FROM source WHERE discovery_due_at <= $1 AND NOT paused ORDER BY discovery_due_at, id
         LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, home, revision, discovery_failures AS failures, ARRAY(
         SELECT url FROM source_feed WHERE source_id = source.id AND kind = 'feed' AND followed ORDER BY url) AS known`,
      [now, new Date(now.getTime() + CLAIM_MS)],
    );
    return claimed;
  }

  /** Gives a search back that was broken off, as if it had not begun. */
  async release({ id, revision }: ClaimedSearch, now: Date): Promise<void> {
    await this.database.query('UPDATE source SET discovery_due_at = $3 WHERE id = $1 AND revision = $2', [
      id,
      revision,
      now,
    ]);
  }

  /**
   * Keeps what a search found, unless the source has been declared anew meanwhile. What was followed before and is not
   * found again stays, as long as it answers: a search may have met a bad moment.
   * @returns whether it was kept
   */
  keep(search: ClaimedSearch, found: Discovery, now: Date, intervalMs: number): Promise<boolean> {
    return this.database.transaction(async (manager) => {
      await lockSources(manager);
      const failures = found.state === 'found' ? 0 : search.failures + 1;
      const retryMs = Math.min(intervalMs, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
      const [, kept] = await manager.query<[unknown, number]>(
        `UPDATE source SET discovery_state = $3, discovery_error = $4, discovery_steps = $5, discovery_failures = $6,
           discovered_at = $7, discovery_due_at = $8
         WHERE id = $1 AND revision = $2`,
        [
          search.id,
          search.revision,
          found.state,
          found.error ?? null,
          JSON.stringify(found.steps),
          failures,
          now,
          new Date(now.getTime() + (found.state === 'found' ? intervalMs : retryMs)),
        ],
      );
      if (kept === 0) return false;
      if (found.state !== 'found') return true;
      const dropped = await manager.query<[{ url: string }[], number]>(
        `DELETE FROM source_feed AS has WHERE source_id = $1 AND url <> ALL($2::text[]) AND (
           NOT followed OR EXISTS (
             SELECT FROM feed_address AS known JOIN feed ON feed.id = known.feed_id
             WHERE known.url = has.url AND (feed.failures >= $3 OR feed.gone_at IS NOT NULL)))
         RETURNING url`,
        [search.id, found.feeds.map(({ url }) => url), GONE_AFTER],
      );
      await manager.query(
        `INSERT INTO source_feed (source_id, url, kind, declared, followed, format, title, same_as)
         SELECT $1, url, kind, false, followed, format, title, "sameAs" FROM jsonb_to_recordset($2::jsonb)
           AS found (url text, kind text, followed boolean, format text, title text, "sameAs" text)
         ON CONFLICT (source_id, url) DO UPDATE SET kind = excluded.kind, followed = excluded.followed,
           format = excluded.format, title = excluded.title, same_as = excluded.same_as`,
        [search.id, JSON.stringify(found.feeds)],
      );
      // What has just answered is not gone: it need not wait for the end of its backoff.
      await manager.query(
        `UPDATE feed SET failures = 0, gone_at = NULL, next_poll_at = $2 FROM feed_address AS known
         WHERE known.feed_id = feed.id AND known.url = ANY($1::text[]) AND (failures > 0 OR gone_at IS NOT NULL)`,
        [found.feeds.filter(({ followed }) => followed).map(({ url }) => url), now],
      );
      await activateFeeds(manager, [...dropped[0].map(({ url }) => url), ...found.feeds.map(({ url }) => url)]);
      return true;
    });
  }

  /** Has the feeds of those sources looked for at once whose feeds are all gone. @returns how many */
  async searchForGone(now: Date): Promise<number> {
    const [, count] = await this.database.query<[unknown, number]>(
      `UPDATE source SET discovery_due_at = $1
       WHERE discovers AND NOT paused AND discovery_state = 'found' AND discovered_at < $2 AND discovery_due_at > $3
         AND NOT EXISTS (
           SELECT FROM source_feed AS has JOIN feed_address AS known ON known.url = has.url
             JOIN feed ON feed.id = known.feed_id
           WHERE has.source_id = source.id AND has.followed AND feed.failures < $4 AND feed.gone_at IS NULL)`,
      [now, new Date(now.getTime() - GONE_REST_MS), new Date(now.getTime() + CLAIM_MS), GONE_AFTER],
    );
    return count;
  }
}
