import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Feed } from '../entities/feed.entity.js';
import type { FetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { activityOf, silentFrom } from './activity.js';
import type { EntryLink } from './entry-link.js';

/** Keeps when a feed had something new. Polls and pushes note it at the same time without losing either. */
@Injectable()
export class FeedActivity {
  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS)
    private readonly settings: Pick<FetcherSettings, 'feedSilentFactor' | 'feedSilentMin'>,
  ) {}

  /** @returns all that is known now, newest first */
  note(
    { id, polledAt }: Pick<Feed, 'id' | 'polledAt'>,
    fresh: readonly EntryLink[],
    now: Date,
  ): Promise<readonly Date[]> {
    const times = momentsOf(fresh, polledAt, now);
    return this.database.transaction(async (manager) => {
      const feed = await manager.findOne(Feed, {
        where: { id },
        select: { url: true, activity: true },
        lock: { mode: 'pessimistic_write' },
      });
      if (feed === null) return [];
      const known = feed.activity.map((moment) => moment.getTime());
      const moments = activityOf(known, times, now.getTime());
      const silent = silentFrom(moments, {
        factor: this.settings.feedSilentFactor,
        atLeastMs: this.settings.feedSilentMin,
      });
      const activity = moments.map((moment) => new Date(moment));
      await manager.update(Feed, { id }, { activity, silentFrom: silent === undefined ? null : new Date(silent) });
      return activity;
    });
  }
}

/**
 * When entries came. Of the first document the dates that it gives count, for want of better; later a date counts only
 * where it can be true, between the last look and now, and any other entry has come now.
 */
function momentsOf(fresh: readonly EntryLink[], lastLook: Date | null, now: Date): number[] {
  return fresh.flatMap(({ time }) => {
    if (lastLook === null) return time ?? [];
    return time !== undefined && time > lastLook.getTime() && time <= now.getTime() ? time : now.getTime();
  });
}
