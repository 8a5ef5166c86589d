import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Receipt } from './entities/receipt.entity.js';
import { FINAL_STATES, rankOf, type ReceiptState } from './receipt-state.js';
import { storeDatabase } from './store.database.js';
import { shareStore } from './store-lock.js';

export interface ReceiptReport {
  id: string;
  state: ReceiptState;
  articleId?: string | undefined;
  reason?: string | undefined;
  at: Date;
}

/** How many receipts are in which state, and whether everything received is answered for. */
export interface Flow {
  received: number;
  /** Still on their way. */
  open: number;
  states: Partial<Record<ReceiptState, number>>;
  /** `received = stored + unchanged + rejected + withdrawn + dead`. */
  closes: boolean;
}

/** Longest reason that is kept, in characters. */
const MAX_REASON = 1000;

@Injectable()
export class ReceiptStore {
  constructor(@InjectDataSource(storeDatabase.schema) private readonly database: DataSource) {}

  /** Notes what became of receipts; a report of a lower or equal rank than the known one is old news. */
  async report(manager: EntityManager, reports: readonly ReceiptReport[]): Promise<void> {
    const latest = new Map<string, ReceiptReport>();
    for (const report of reports) {
      const before = latest.get(report.id);
      if (!before || rankOf(report.state) > rankOf(before.state)) latest.set(report.id, report);
    }
    if (latest.size === 0) return;
    const rows = [...latest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    await manager.query(
      `INSERT INTO receipt (id, state, rank, article_id, reason, updated_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::uuid[], $5::text[], $6::timestamptz[])
       ON CONFLICT (id) DO UPDATE SET
         state = excluded.state, rank = excluded.rank, reason = excluded.reason, updated_at = excluded.updated_at,
         article_id = coalesce(excluded.article_id, receipt.article_id)
       WHERE receipt.rank < excluded.rank`,
      [
        rows.map(({ id }) => id),
        rows.map(({ state }) => state),
        rows.map(({ state }) => rankOf(state)),
        rows.map(({ articleId }) => articleId ?? null),
        rows.map(({ reason }) => reason?.replaceAll('\0', '').toWellFormed().slice(0, MAX_REASON) ?? null),
        rows.map(({ at }) => at),
      ],
    );
  }

  async reportAll(reports: readonly ReceiptReport[]): Promise<void> {
    await this.database.transaction(async (manager) => {
      await shareStore(manager);
      await this.report(manager, reports);
    });
  }

  find(id: string): Promise<Receipt | null> {
    return this.database.manager.findOneBy(Receipt, { id });
  }

  async flow(): Promise<Flow> {
    const rows: { state: ReceiptState; count: string }[] = await this.database.query(
      'SELECT state, count(*) AS count FROM receipt GROUP BY state',
    );
    const states = Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)])) as Flow['states'];
    const received = Object.values(states).reduce((sum, count) => sum + count, 0);
    const settled = FINAL_STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
    return { received, open: received - settled, states, closes: received === settled };
  }
}
