import { Inject, Injectable } from '@nestjs/common';
import { Metrics, Problem } from '@newsmill/service';
import { storeMetrics } from '../store.metrics.js';
import { SUBSCRIBER_SETTINGS, type SubscriberSettings } from './subscribers.config.js';

type Kind = 'stream' | 'poll';

/** Bounds how many subscribers stay connected. */
@Injectable()
export class OpenConnections {
  private count = 0;
  private readonly gauge;

  constructor(
    @Inject(SUBSCRIBER_SETTINGS) private readonly settings: SubscriberSettings,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.gauge = metrics.gauge(storeMetrics.subscribers);
    for (const kind of ['stream', 'poll'] as const) this.gauge.set({ kind }, 0);
  }

  /** @returns what to call when the connection ends. @throws Problem 503 when as many as may be are open */
  open(kind: Kind): () => void {
    if (this.count >= this.settings.subscribersMax) {
      throw new Problem(503, 'as many subscribers as may be are connected (NEWSMILL_SUBSCRIBERS_MAX)', [], {
        'retry-after': '10',
      });
    }
    this.count += 1;
    this.gauge.inc({ kind });
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.count -= 1;
      this.gauge.dec({ kind });
    };
  }
}
