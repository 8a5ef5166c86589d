import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { FeedAlias } from '../entities/feed-alias.entity.js';
import { Feed } from '../entities/feed.entity.js';
import { SeenEntry } from '../entities/seen-entry.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { seenEntryId } from './feed-entries.js';
import { NOT_MOVING } from './feed-move.js';
import { fractionOf } from './fraction.js';

/** Milliseconds of the first start for each feed that is new: a few are looked at now, thousands one after another. */
const SPREAD_MS = 100;

/** Entries handed over at once. */
const SLICE = 1_000;

/** The addresses of feeds: where they are declared, and where they have moved. */
@Injectable()
export class FeedAddresses {
  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  /**
   * Makes exactly the feeds of these addresses active. A feed that has moved is meant by its old address too.
   *
   * @param urls normalised
   * @param longest milliseconds over which the first looks of new feeds are spread at most
   */
  declare(urls: readonly string[], now: Date, longest: number): Promise<void> {
    const spread = Math.min(longest, urls.length * SPREAD_MS);
    const firstLooks = urls.map((url) => new Date(now.getTime() + Math.floor(spread * fractionOf(url))));
    return this.database.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO feed (url, active, since, next_poll_at)
         SELECT declared.url, true, $2, first_look FROM unnest($1::text[], $3::timestamptz[]) AS declared (url, first_look)
         WHERE NOT EXISTS (SELECT FROM feed_alias WHERE feed_alias.url = declared.url)
         ON CONFLICT (url) DO NOTHING`,
        [urls, now, firstLooks],
      );
      await manager.query(
        `UPDATE feed SET active = declared.active FROM (
           SELECT id, url = ANY ($1::text[])
             OR EXISTS (SELECT FROM feed_alias WHERE feed_id = feed.id AND feed_alias.url = ANY ($1::text[])) AS active
           FROM feed) AS declared
         WHERE declared.id = feed.id AND feed.active <> declared.active`,
        [urls],
      );
    });
  }

  /**
   * The feed stands at another address from now on. Its history goes with it; where a feed stands there already, the two
   * become one, with what either has seen.
   *
   * @returns whether two have become one
   */
  move(id: string, to: string): Promise<boolean> {
    return this.database.transaction(async (manager) => {
      // In the order of their ids, so that two moves never wait for each other.
      const feeds = await manager
        .createQueryBuilder(Feed, 'feed')
        .where('feed.id = :id OR feed.url = :to', { id, to })
        .orderBy('feed.id')
        .setLock('pessimistic_write')
        .getMany();
      const moved = feeds.find((feed) => feed.id === id);
      if (moved === undefined || moved.url === to) return false;
      const there = feeds.find((feed) => feed.id !== id);
      // The address may be one that this feed, or the other, has left before.
      await manager.delete(FeedAlias, { url: to });
      if (there === undefined) {
        await manager.update(Feed, { id }, { url: to, firstUrl: moved.firstUrl ?? moved.url, ...NOT_MOVING });
      } else {
        await handOver(manager, moved, there);
      }
      await manager.insert(FeedAlias, { url: moved.url, feedId: there?.id ?? id });
      return there !== undefined;
    });
  }
}

async function handOver(manager: EntityManager, from: Feed, to: Feed): Promise<void> {
  const name = to.firstUrl ?? to.url;
  for (;;) {
    const entries = await manager.find(SeenEntry, { where: { feedId: from.id }, take: SLICE });
    if (entries.length === 0) break;
    const handed = entries.map(({ url, updated, seenAt }) => ({
      id: seenEntryId(name, url),
      feedId: to.id,
      url,
      updated,
      seenAt,
    }));
    await manager.createQueryBuilder().insert().into(SeenEntry).values(handed).orIgnore().execute();
    await manager.delete(
      SeenEntry,
      entries.map((entry) => entry.id),
    );
  }
  if (from.active) await manager.update(Feed, { id: to.id }, { active: true });
  await manager.update(FeedAlias, { feedId: from.id }, { feedId: to.id });
  await manager.delete(Feed, { id: from.id });
}
