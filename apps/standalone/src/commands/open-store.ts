import type { ServiceSettings } from '@newsmill/service';
import { openDataSource, type ServiceDatabase } from '@newsmill/service/database';
import type { Transport } from '@newsmill/stage';
import { storeDatabase } from '@newsmill/store/database';
import { StoreReader } from '@newsmill/store/reader';
import { CommandError } from './command-error.js';
import { withLog } from './open-log.js';

/** PostgreSQL's `DataSource`, without naming the library. */
type Database = Awaited<ReturnType<typeof openDataSource>>;

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** SQLSTATE of PostgreSQL. */
const UNDEFINED_TABLE = '42P01';

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

/**
 * Runs `use` on the store's database, its schema up to date where the settings say so.
 * @param schema another one than the store's own
 * @throws CommandError unless it is a plain name that means nothing else to PostgreSQL, or when no store is there
 */
export async function withStoreDatabase<T>(
  settings: ServiceSettings,
  schema: string | undefined,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const chosen: ServiceDatabase = { ...storeDatabase, schema: schema ?? storeDatabase.schema };
  if (!SCHEMA_NAME.test(chosen.schema) || chosen.schema === 'public' || chosen.schema.startsWith('pg_')) {
    throw new CommandError(`schema "${chosen.schema}": use lower-case letters, digits and _, not public or pg_…`, 2);
  }
  // To empty or to read a large store takes longer than a stage may wait.
  const database = await openDataSource(chosen, settings, { queryTimeoutMs: 0 });
  try {
    return await use(database);
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error;
    throw new CommandError(`no store is in schema "${chosen.schema}"`);
  } finally {
    await database.destroy();
  }
}
