import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Metrics } from '@newsmill/service';
import { DeadLetterCounter } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { OPEN_STATES, type ReceiptState } from './receipt-state.js';
import type { StoreSettings } from './store.config.js';
import { storeDatabase } from './store.database.js';
import { storeMetrics } from './store.metrics.js';
import { STORE_SETTINGS } from './store.tokens.js';

/** Rows are counted so far, so that a scrape stays cheap when much waits. */
const MOST = 100_000;
/** Minutes after which something must have been heard of a thing received, if nothing waits for any stage. */
const SILENT_MINUTES = 10;
/** Days for which a link that was deferred may wait for its host before it is heard of again. */
const DEFERRED_DAYS = 7;
/** Of what no stage has emitted yet. */
const FIRST_STATE: ReceiptState = 'received';
/** Silent receipts are looked for at most once in so many milliseconds. */
const SILENT_AGE_MS = 15_000;
/** Dead letters are read at most once in so many milliseconds. */
const LETTERS_AGE_MS = 15_000;

/** What stands in the store's database and on the log, told when metrics are scraped. */
@Injectable()
export class StoreGauges {
  constructor(
    @Inject(Metrics) metrics: Metrics,
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(STORE_SETTINGS) private readonly settings: Pick<StoreSettings, 'traceDays'>,
    letters: DeadLetterCounter,
  ) {
    metrics.watch(storeMetrics.outboxEntries, () => this.count('outbox'));
    metrics.watch(storeMetrics.outboxOldest, () => this.outboxAge());
    metrics.watch(storeMetrics.receiptsOpen, () => this.count('receipt WHERE state = ANY($2::text[])', [OPEN_STATES]));
    metrics.watch(storeMetrics.receiptsSilent, () => this.silent(), SILENT_AGE_MS);
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

  /**
   * Links that wait for their hosts are no lost ones: their receipts are as they came in, and the last step told of them
   * defers them. Steps are kept for some days only; before them nobody knows which of the links are deferred.
   */
  private async silent(): Promise<number> {
    const [row] = await this.database.query<[{ count: string }]>(
      `WITH silent AS (
         (SELECT id, false AS waits FROM receipt
          WHERE state = ANY($1::text[]) AND updated_at < now() - make_interval(mins => $3) LIMIT $4)
         UNION ALL
         (SELECT id, true FROM receipt
          WHERE state = $2 AND updated_at < now() - make_interval(mins => $3)
            AND updated_at >= now() - make_interval(days => $5) LIMIT $4))
       SELECT least(count(*), $4) AS count FROM silent
       WHERE NOT waits OR NOT EXISTS (
         SELECT FROM receipt_step s
         WHERE s.receipt_id = silent.id AND s.outcome = 'deferred' AND s.at > now() - make_interval(days => $6))`,
      [
        OPEN_STATES.filter((state) => state !== FIRST_STATE),
        FIRST_STATE,
        SILENT_MINUTES,
        MOST,
        this.settings.traceDays,
        DEFERRED_DAYS,
      ],
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
