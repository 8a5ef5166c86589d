import type { ServiceDatabase } from '@newsmill/service';
import { Article } from './entities/article.entity.js';
import { ArticleDue } from './entities/article-due.entity.js';
import { ArticleRevision } from './entities/article-revision.entity.js';
import { ArticleGuid } from './entities/article-guid.entity.js';
import { ArticleUrl } from './entities/article-url.entity.js';
import { ArticleVersion } from './entities/article-version.entity.js';
import { ChangeLogEntry } from './entities/change-log-entry.entity.js';
import { ChangeLogHead } from './entities/change-log-head.entity.js';
import { OutboxEntry } from './entities/outbox-entry.entity.js';
import { PublishedState } from './entities/published-state.entity.js';
import { ReceiptStep } from './entities/receipt-step.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { Webhook } from './entities/webhook.entity.js';
import { WebhookDelivery } from './entities/webhook-delivery.entity.js';
import { CreateStore1763856000000 } from './migrations/1763856000000-create-store.js';
import { AccountReceipts1763942400000 } from './migrations/1763942400000-account-receipts.js';
import { LifeCycle1764115200000 } from './migrations/1764115200000-life-cycle.js';
import { VersionOfReplay1764028800000 } from './migrations/1764028800000-version-of-replay.js';
import { Subscribers1764201600000 } from './migrations/1764201600000-subscribers.js';
import { ReceiptSteps1764288000000 } from './migrations/1764288000000-receipt-steps.js';
import { Traces1764720000000 } from './migrations/1764720000000-traces.js';

/** The store's own Postgres schema. No other service reads it. */
export const storeDatabase: ServiceDatabase = {
  schema: 'store',
  entities: [
    Article,
    ArticleDue,
    ArticleGuid,
    ArticleRevision,
    ArticleUrl,
    ArticleVersion,
    ChangeLogEntry,
    ChangeLogHead,
    OutboxEntry,
    PublishedState,
    Receipt,
    ReceiptStep,
    Webhook,
    WebhookDelivery,
  ],
  migrations: [
    CreateStore1763856000000,
    AccountReceipts1763942400000,
    VersionOfReplay1764028800000,
    LifeCycle1764115200000,
    Subscribers1764201600000,
    ReceiptSteps1764288000000,
    Traces1764720000000,
  ],
};
