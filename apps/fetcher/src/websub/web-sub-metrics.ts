import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { countsOf, Metrics } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { CLOCK } from '../fetcher.tokens.js';

/** What became of a notification. */
export type NotificationOutcome =
  | 'new'
  | 'nothing-new'
  /** Told that there is something; the feed is polled. */
  | 'thin'
  | 'bad-signature'
  | 'not-a-feed'
  | 'too-large'
  /** No such subscription, or none any more. */
  | 'unknown'
  | 'refused'
  | 'failed';

/** Counts of WebSub. */
@Injectable()
export class WebSubMetrics {
  private readonly notifications;
  private readonly requests;
  private readonly misses;

  constructor(
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(CLOCK) private readonly clock: () => Date,
  ) {
    this.notifications = metrics.counter(fetcherMetrics.hubNotifications);
    this.requests = metrics.counter(fetcherMetrics.hubRequests);
    this.misses = metrics.counter(fetcherMetrics.hubMisses);
    const { hubSubscriptions, hubLeaseExpiry, hubRenewalsFailing } = fetcherMetrics;
    metrics.watch(hubSubscriptions, async () =>
      countsOf(hubSubscriptions.labels.state, 'state', await this.countByState()),
    );
    metrics.watch(hubLeaseExpiry, () => this.firstExpiry());
    metrics.watch(hubRenewalsFailing, () => this.countFailing());
  }

  notified(outcome: NotificationOutcome): void {
    this.notifications.inc({ outcome });
  }

  requested(mode: 'subscribe' | 'unsubscribe', outcome: 'accepted' | 'refused' | 'failed'): void {
    this.requests.inc({ mode, outcome });
  }

  missed(): void {
    this.misses.inc();
  }

  /** Seconds since the epoch; undefined when there is no lease. */
  private async firstExpiry(): Promise<number | undefined> {
    const [row] = await this.database.query<[{ first: Date | null }]>(
      "SELECT min(lease_until) AS first FROM websub_subscription WHERE state = 'active'",
    );
    return row.first === null ? undefined : row.first.getTime() / 1000;
  }

  private async countFailing(): Promise<number> {
    const [row] = await this.database.query<[{ count: string }]>(
      "SELECT count(*) FROM websub_subscription WHERE state = 'active' AND (attempts >= 2 OR lease_until <= $1)",
      [this.clock()],
    );
    return Number(row.count);
  }

  private async countByState(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ state: string; count: string }[]>(
      'SELECT state, count(*) FROM websub_subscription GROUP BY state',
    );
    return new Map(rows.map(({ state, count }) => [state, Number(count)]));
  }
}
