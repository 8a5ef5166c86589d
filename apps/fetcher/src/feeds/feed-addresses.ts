import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { FeedAlias } from '../entities/feed-alias.entity.js';
import { Feed } from '../entities/feed.entity.js';
import { SeenEntry } from '../entities/seen-entry.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { seenEntryId } from './feed-entries.js';
import { NOT_MOVING } from './feed-move.js';

/** Entries handed over at once. */
const SLICE = 1_000;

/** Feeds that move. */
@Injectable()
export class FeedAddresses {
  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

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
  if (to.sourceId === null) await manager.update(Feed, { id: to.id }, { sourceId: from.sourceId });
  await manager.update(FeedAlias, { feedId: from.id }, { feedId: to.id });
  await manager.delete(Feed, { id: from.id });
}
