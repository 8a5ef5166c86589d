import type { ServiceDatabase } from '@newsmill/service';
import { Article } from './entities/article.entity.js';
import { ArticleUrl } from './entities/article-url.entity.js';
import { ArticleVersion } from './entities/article-version.entity.js';
import { OutboxEntry } from './entities/outbox-entry.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { CreateStore1763856000000 } from './migrations/1763856000000-create-store.js';
import { VersionOfReplay1763942400000 } from './migrations/1763942400000-version-of-replay.js';

/** The store's own Postgres schema. No other service reads it. */
export const storeDatabase: ServiceDatabase = {
  schema: 'store',
  entities: [Article, ArticleUrl, ArticleVersion, OutboxEntry, Receipt],
  migrations: [CreateStore1763856000000, VersionOfReplay1763942400000],
};
