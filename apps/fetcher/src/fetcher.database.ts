import type { ServiceDatabase } from '@newsmill/service';
import { FeedAlias } from './entities/feed-alias.entity.js';
import { Feed } from './entities/feed.entity.js';
import { GoneGuardEntry } from './entities/gone-guard.entity.js';
import { Page } from './entities/page.entity.js';
import { PageVariant } from './entities/page-variant.entity.js';
import { PushAnswer } from './entities/push-answer.entity.js';
import { PushSignature } from './entities/push-signature.entity.js';
import { SeenEntry } from './entities/seen-entry.entity.js';
import { Source } from './entities/source.entity.js';
import { SourceFeed } from './entities/source-feed.entity.js';
import { WebSubSubscription } from './entities/web-sub-subscription.entity.js';
import { CreateFetcher1763856000000 } from './migrations/1763856000000-create-fetcher.js';
import { Push1764115200000 } from './migrations/1764115200000-push.js';
import { Revisits1764201600000 } from './migrations/1764201600000-revisits.js';
import { Sources1764288000000 } from './migrations/1764288000000-sources.js';
import { Polling1764374400000 } from './migrations/1764374400000-polling.js';
import { Politeness1764460800000 } from './migrations/1764460800000-politeness.js';
import { PageVariants1764547200000 } from './migrations/1764547200000-page-variants.js';
import { AwaitedAnswers1764633600000 } from './migrations/1764633600000-awaited-answers.js';

/** The fetcher's own Postgres schema. No other service reads it. */
export const fetcherDatabase: ServiceDatabase = {
  schema: 'fetcher',
  entities: [
    Source,
    SourceFeed,
    Feed,
    FeedAlias,
    SeenEntry,
    WebSubSubscription,
    PushAnswer,
    PushSignature,
    Page,
    PageVariant,
    GoneGuardEntry,
  ],
  migrations: [
    CreateFetcher1763856000000,
    Push1764115200000,
    Revisits1764201600000,
    Sources1764288000000,
    Polling1764374400000,
    Politeness1764460800000,
    PageVariants1764547200000,
    AwaitedAnswers1764633600000,
  ],
  poolSize: 8,
};
