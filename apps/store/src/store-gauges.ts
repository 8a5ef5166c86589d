import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Metrics } from '@newsmill/service';
import { DeadLetterCounter } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { OPEN_STATES } from './receipt-state.js';
import { storeDatabase } from './store.database.js';
import { storeMetrics } from './store.metrics.js';

/** Rows are counted so far, so that a scrape stays cheap when much waits. */
const MOST = 100_000;
/** Minutes after which something must have been heard of a thing received, if nothing waits for any stage. */
const SILENT_MINUTES = 10;
/** Dead letters are read at most once in so many milliseconds. */
const LETTERS_AGE_MS = 15_000;

/** What stands in the store's database and on the log, told when metrics are scraped. */
@Injectable()
export class StoreGauges {
  constructor(
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    letters: DeadLetterCounter,
  ) {
    metrics.watch(storeMetrics.outboxEntries, () => this.count('outbox'));
    metrics.watch(storeMetrics.outboxOldest, () => this.outboxAge());
    metrics.watch(storeMetrics.receiptsOpen, () => this.count('receipt WHERE state = ANY($2::text[])', [OPEN_STATES]));
    metrics.watch(storeMetrics.receiptsSilent, () =>
      this.count('receipt WHERE state = ANY($2::text[]) AND updated_at < now() - make_interval(mins => $3)', [
        OPEN_STATES,
        SILENT_MINUTES,
      ]),
    );
    metrics.watch(
      storeMetrics.deadLettersWaiting,
      async () => [...(await letters.count())].map(([stage, count]) => [{ stage }, count]),
      LETTERS_AGE_MS,
    );
  }

  private async count(rows: string, values: unknown[] = []): Promise<number> {
    const [row] = await this.database.query<[{ count: string }]>(
      `SELECT count(*) FROM (SELECT FROM ${rows} LIMIT $1) AS counted`,
      [MOST, ...values],
    );
    return Number(row.count);
  }

  private async outboxAge(): Promise<number> {
    const rows = await this.database.query<{ seconds: string | null }[]>(
      `SELECT extract(epoch FROM now() - r.told_at) AS seconds
       FROM outbox o LEFT JOIN article_revision r ON r.id = o.revision_id ORDER BY o.seq LIMIT 1`,
    );
    return Math.max(0, Number(rows[0]?.seconds ?? 0));
  }
}
