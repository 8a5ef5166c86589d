import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Metrics } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { CLOCK } from '../fetcher.tokens.js';
import { type FailureClass, failureClasses } from './failure.js';

/** What a look at a feed came to: something new, nothing new in another document, the same document, 304, no time of its host, or a failure. */
export type PollOutcome = 'new' | 'nothing-new' | 'unchanged' | 'not-modified' | 'put-off' | FailureClass;

const OUTCOMES: readonly PollOutcome[] = [
  'new',
  'nothing-new',
  'unchanged',
  'not-modified',
  'put-off',
  ...failureClasses,
];

/** States of a feed, the first that applies. */
const STATES = ['inactive', 'gone', 'failing', 'new', 'silent', 'live'] as const;

/** Seconds. */
const LATENESS = [0.5, 1, 2, 5, 10, 30, 60, 300, 1_800];

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
    this.polls = metrics.counter('newsmill_feed_polls_total', 'Looks at feeds, by what they came to.', ['outcome']);
    for (const outcome of OUTCOMES) this.polls.inc({ outcome }, 0);
    this.entries = metrics.counter(
      'newsmill_feed_new_entries_total',
      'Entries of feeds that were new or changed, by how they came: `poll` or `push` (WebSub).',
      ['way'],
    );
    this.lateness = metrics.histogram(
      'newsmill_feed_poll_lateness_seconds',
      'Seconds from when a feed was due to when its look began.',
      LATENESS,
    );
    metrics.gauge('newsmill_feeds', 'Feeds by state, over all processes.', ['state'], async (gauge) => {
      gauge.reset();
      const counts = await this.countByState().catch(() => undefined);
      // Not known is not zero.
      for (const state of counts ? STATES : []) gauge.set({ state }, counts!.get(state) ?? 0);
    });
    metrics.watchValue(
      'newsmill_feeds_silent',
      'Active feeds that have had nothing new for longer than their rhythm allows, over all processes; the log names them.',
      () => this.countSilent(),
    );
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

  private async countSilent(): Promise<number> {
    const [row] = await this.database.query<[{ count: string }]>(
      'SELECT count(*) FROM feed WHERE active AND gone_at IS NULL AND silent_from <= $1',
      [this.clock()],
    );
    return Number(row.count);
  }
}
