import type { ServiceDatabase } from '@newsmill/service';
import { Article } from './entities/article.entity.js';
import { ArticleGuid } from './entities/article-guid.entity.js';
import { ArticleUrl } from './entities/article-url.entity.js';
import { ArticleVersion } from './entities/article-version.entity.js';
import { OutboxEntry } from './entities/outbox-entry.entity.js';
import { ReceiptStep } from './entities/receipt-step.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { CreateStore1763856000000 } from './migrations/1763856000000-create-store.js';
import { AccountReceipts1763942400000 } from './migrations/1763942400000-account-receipts.js';
import { VersionOfReplay1764028800000 } from './migrations/1764028800000-version-of-replay.js';
import { ReceiptSteps1764288000000 } from './migrations/1764288000000-receipt-steps.js';

/** The store's own Postgres schema. No other service reads it. */
export const storeDatabase: ServiceDatabase = {
  schema: 'store',
  entities: [Article, ArticleGuid, ArticleUrl, ArticleVersion, OutboxEntry, Receipt, ReceiptStep],
  migrations: [
    CreateStore1763856000000,
    AccountReceipts1763942400000,
    VersionOfReplay1764028800000,
    ReceiptSteps1764288000000,
  ],
};
