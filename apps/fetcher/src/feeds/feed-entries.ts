import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { deterministicId } from '@newsmill/stage';
import { Any, DataSource } from 'typeorm';
import { SeenEntry } from '../entities/seen-entry.entity.js';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { Intake } from '../intake.js';
import { type EntryLink, linkOf } from './entry-link.js';
import type { ListedPage } from './listed-page.js';

/** Entries read of one document; what a feed lists beyond is left out, and told. */
const OF_ONE_DOCUMENT = 10_000;

/** Entries known of one feed; those listed longest ago are forgotten first. */
const OF_ONE_FEED = 50_000;

/** Rows written at once. */
const SLICE = 1_000;

/** An entry that is still listed is noted as such at most once in this time, in milliseconds: a day. */
const NOTED_MS = 24 * 3_600_000;

/** What a document brought. */
export interface Taken {
  /** The entries that were not known, or not in this version. */
  fresh: EntryLink[];
  /** Whether one of its entries was known before, in whatever version. */
  isKnown: boolean;
}

/** Which entries of a feed are new, and what becomes of them; the same for documents that are polled and pushed. */
@Injectable()
export class FeedEntries {
  private readonly logger = new Logger('feeds');

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'feedRetention'>,
    private readonly intake: Intake,
  ) {}

  /** On the log first, then remembered: a crash in between repeats links under the same receipts. */
  async take(
    feed: { id: string; name: string; url: string },
    entries: readonly ListedPage[],
    now: Date,
  ): Promise<Taken> {
    if (entries.length > OF_ONE_DOCUMENT) {
      this.logger.warn(`${feed.url}: ${entries.length} entries, the first ${OF_ONE_DOCUMENT} are read`);
    }
    const listed = new Map<string, EntryLink>();
    for (const entry of entries.slice(0, OF_ONE_DOCUMENT)) {
      const found = linkOf(feed, entry, now);
      if (found) listed.set(seenEntryId(feed.name, found.link.url), found);
    }
    const known = await this.database.manager.findBy(SeenEntry, { id: Any([...listed.keys()]) });
    const fresh = new Map(listed);
    for (const { id, updated } of known) if (listed.get(id)?.updated === updated) fresh.delete(id);
    await this.intake.takeLinks(
      'feed',
      [...fresh.values()].map(({ link }) => link),
    );
    const noted = known.filter(
      ({ id, feedId, seenAt }) => !fresh.has(id) && (feedId === null || now.getTime() - seenAt.getTime() >= NOTED_MS),
    );
    await this.remember([
      ...[...fresh].map(([id, { link, updated }]) => ({ id, feedId: feed.id, url: link.url, updated, seenAt: now })),
      ...noted.map(({ id, url, updated }) => ({ id, feedId: feed.id, url, updated, seenAt: now })),
    ]).catch((error: unknown) => {
      this.intake.comeAgain('feed', fresh.size);
      throw error;
    });
    if (fresh.size > 0) await this.forget(feed.id, now);
    return { fresh: [...fresh.values()], isKnown: known.length > 0 };
  }

  private async remember(entries: readonly SeenEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += SLICE) {
      await this.database.manager.upsert(SeenEntry, entries.slice(at, at + SLICE), ['id']);
    }
  }

  /** What the feed has not listed for long, and what is too much of it. What it lists was noted within a day. */
  private async forget(feedId: string, now: Date): Promise<void> {
    await this.database.query('DELETE FROM seen_entry WHERE feed_id = $1 AND seen_at < $2', [
      feedId,
      new Date(now.getTime() - this.settings.feedRetention - NOTED_MS),
    ]);
    await this.database.query(
      `DELETE FROM seen_entry WHERE id IN (
         SELECT id FROM seen_entry WHERE feed_id = $1 ORDER BY seen_at DESC, id OFFSET $2)`,
      [feedId, OF_ONE_FEED],
    );
  }
}

/** @param feedName the feed's first address @param url the page's, normalised */
export function seenEntryId(feedName: string, url: string): string {
  return deterministicId(feedName, url);
}
