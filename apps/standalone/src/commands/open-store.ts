import type { ServiceSettings } from '@newsmill/service';
import type { Transport } from '@newsmill/stage';
import { StoreReader } from '@newsmill/store';
import { withLog } from './open-log.js';

/** Runs `use` on the log and on the database of the store (NEWSMILL_DATABASE_URL, or that of the running standalone). */
export async function withStore<T>(
  use: (store: StoreReader, transport: Transport, settings: ServiceSettings) => Promise<T>,
): Promise<T> {
  return withLog(async (transport, settings) => {
    const store = await StoreReader.open(settings);
    try {
      return await use(store, transport, settings);
    } finally {
      await store.close();
    }
  });
}
