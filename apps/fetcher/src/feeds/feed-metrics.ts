import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { countsOf, Metrics } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { CLOCK } from '../fetcher.tokens.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { failureClasses } from './failure.js';

/** What a look at a feed came to: something new, nothing new in another document, the same document, 304, no time of its host, or a failure. */
export type PollOutcome = (typeof fetcherMetrics.feedPolls.labels.outcome)[number];

/** Counts of polling. No label names a feed: their number is not bounded. */
@Injectable()
export class FeedMetrics {
  private readonly polls;
  private readonly entries;
  private readonly lateness;

  constructor(
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(CLOCK) private readonly clock: () => Date,
  ) {
    this.polls = metrics.counter(fetcherMetrics.feedPolls);
    this.entries = metrics.counter(fetcherMetrics.feedEntries);
    this.lateness = metrics.histogram(fetcherMetrics.feedLateness);
    const { feeds, feedsFailing, feedsSilent } = fetcherMetrics;
    metrics.watch(feeds, async () => countsOf(feeds.labels.state, 'state', await this.countByState()));
    metrics.watch(feedsFailing, async () => countsOf(failureClasses, 'failure', await this.countByFailure()));
    metrics.watch(feedsSilent, () => this.countSilent());
  }

  polled(outcome: PollOutcome): void {
    this.polls.inc({ outcome });
  }

  begun(dueAt: Date, now: Date): void {
    this.lateness.observe(Math.max(0, now.getTime() - dueAt.getTime()) / 1000);
  }

  found(way: 'poll' | 'push', entries: number): void {
    this.entries.inc({ way }, entries);
  }

  private async countByState(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ state: string; count: string }[]>(
      `SELECT CASE WHEN NOT active THEN 'inactive' WHEN gone_at IS NOT NULL THEN 'gone' WHEN failures > 0 THEN 'failing'
         WHEN polled_at IS NULL THEN 'new' WHEN silent_from <= $1 THEN 'silent' ELSE 'live' END AS state, count(*)
       FROM feed GROUP BY 1`,
      [this.clock()],
    );
    return new Map(rows.map(({ state, count }) => [state, Number(count)]));
  }

  private async countByFailure(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ failure: string; count: string }[]>(
      'SELECT failure, count(*) FROM feed WHERE active AND failures > 0 AND failure IS NOT NULL GROUP BY failure',
    );
    return new Map(rows.map(({ failure, count }) => [failure, Number(count)]));
  }

  private async countSilent(): Promise<number> {
    const [row] = await this.database.query<[{ count: string }]>(
      'SELECT count(*) FROM feed WHERE active AND gone_at IS NULL AND silent_from <= $1',
      [this.clock()],
    );
    return Number(row.count);
  }
}
