import type { ServiceSettings } from '@newsmill/service';
import { openDataSource } from '@newsmill/service/database';
import type { DataSource } from 'typeorm';
import { ReceiptStore } from './receipt-store.js';
import { storeDatabase } from './store.database.js';
import { type Trace, traceOf } from './trace.js';

/** What the store knows, for programs beside it. Changes nothing, its schema included. */
export class StoreReader {
  readonly receipts: ReceiptStore;

  private constructor(private readonly database: DataSource) {
    this.receipts = new ReceiptStore(database);
  }

  static async open(settings: ServiceSettings): Promise<StoreReader> {
    return new StoreReader(await openDataSource(storeDatabase, { ...settings, migrate: false }));
  }

  trace(what: string, publisher: string): Promise<Trace> {
    return traceOf(this.database, what, publisher);
  }

  async close(): Promise<void> {
    await this.database.destroy();
  }
}
