import { Inject, Injectable } from '@nestjs/common';
import { RECEIVED_HEADER } from '@newsmill/contracts';
import { type HistogramOf, Metrics } from '@newsmill/service';
import type { EventMeta } from '@newsmill/stage';
import type { Incoming, Stored } from './article-store.js';
import { storeMetrics } from './store.metrics.js';

/**
 * How old versions are when they are stored. Counted once for each that makes a change that subscribers are told of; what
 * comes again, a replay, and what is held or says nothing new do not count.
 */
@Injectable()
export class Freshness {
  private readonly published: HistogramOf<typeof storeMetrics.publishedToStored>;
  private readonly received: HistogramOf<typeof storeMetrics.receivedToStored>;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.published = metrics.histogram(storeMetrics.publishedToStored);
    this.received = metrics.histogram(storeMetrics.receivedToStored);
  }

  count(
    { record }: Incoming,
    { headers, replay }: Pick<EventMeta, 'headers' | 'replay'>,
    stored: Stored,
    now: Date,
  ): void {
    if (replay !== undefined || stored.isRedelivered || stored.state !== 'stored') return;
    const { mode, fetchedAt } = record.x.acquisition;
    // A version without a date of its own has that of its fetch.
    if (record.versionCreated !== fetchedAt) this.observe(this.published, mode, record.versionCreated, now);
    const receivedAt = headers[RECEIVED_HEADER]?.toString();
    if (receivedAt !== undefined) this.observe(this.received, mode, receivedAt, now);
  }

  /** Clocks of others may run ahead of ours: nothing is stored before it was made. */
  private observe(histogram: typeof this.published, mode: Mode, since: string, now: Date): void {
    const seconds = (now.getTime() - Date.parse(since)) / 1000;
    if (!Number.isNaN(seconds)) histogram.observe({ mode }, Math.max(0, seconds));
  }
}

type Mode = Incoming['record']['x']['acquisition']['mode'];
