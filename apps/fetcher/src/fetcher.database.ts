import type { ServiceDatabase } from '@newsmill/service';
import { Feed } from './entities/feed.entity.js';
import { GoneGuardEntry } from './entities/gone-guard.entity.js';
import { Page } from './entities/page.entity.js';
import { PushAnswer } from './entities/push-answer.entity.js';
import { PushSignature } from './entities/push-signature.entity.js';
import { SeenEntry } from './entities/seen-entry.entity.js';
import { CreateFetcher1763856000000 } from './migrations/1763856000000-create-fetcher.js';
import { Push1764115200000 } from './migrations/1764115200000-push.js';
import { Revisits1764201600000 } from './migrations/1764201600000-revisits.js';
import { Politeness1764460800000 } from './migrations/1764460800000-politeness.js';

/** The fetcher's own Postgres schema. No other service reads it. */
export const fetcherDatabase: ServiceDatabase = {
  schema: 'fetcher',
  entities: [Feed, SeenEntry, PushAnswer, PushSignature, Page, GoneGuardEntry],
  migrations: [CreateFetcher1763856000000, Push1764115200000, Revisits1764201600000, Politeness1764460800000],
  poolSize: 8,
};
