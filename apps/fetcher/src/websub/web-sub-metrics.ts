import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Metrics } from '@newsmill/service';
import { DataSource } from 'typeorm';
import type { SubscriptionState } from '../entities/web-sub-subscription.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';

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

const STATES: readonly SubscriptionState[] = ['wanted', 'active', 'denied', 'leaving'];

/** Counts of WebSub. */
@Injectable()
export class WebSubMetrics {
  private readonly notifications;
  private readonly requests;
  private readonly misses;

  constructor(
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
  ) {
    this.notifications = metrics.counter(
      'newsmill_websub_notifications_total',
      'What hubs have sent, by what became of it.',
      ['outcome'],
    );
    this.requests = metrics.counter(
      'newsmill_websub_requests_total',
      'Requests to hubs, by mode, and whether the hub accepted them.',
      ['mode', 'outcome'],
    );
    this.misses = metrics.counter(
      'newsmill_websub_misses_total',
      'Polls that found what a trusted hub should have told.',
    );
    metrics.gauge(
      'newsmill_websub_subscriptions',
      'Subscriptions by state, over all processes.',
      ['state'],
      async (gauge) => {
        gauge.reset();
        const counts = await this.countByState().catch(() => undefined);
        for (const state of counts ? STATES : []) gauge.set({ state }, counts!.get(state) ?? 0);
      },
    );
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

  private async countByState(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ state: string; count: string }[]>(
      'SELECT state, count(*) FROM websub_subscription GROUP BY state',
    );
    return new Map(rows.map(({ state, count }) => [state, Number(count)]));
  }
}
