import type { ServiceDatabase } from '@newsmill/service';
import { Feed } from './entities/feed.entity.js';
import { SeenEntry } from './entities/seen-entry.entity.js';
import { CreateFetcher1763856000000 } from './migrations/1763856000000-create-fetcher.js';

/** The fetcher's own Postgres schema. No other service reads it. */
export const fetcherDatabase: ServiceDatabase = {
  schema: 'fetcher',
  entities: [Feed, SeenEntry],
  migrations: [CreateFetcher1763856000000],
  poolSize: 4,
};
