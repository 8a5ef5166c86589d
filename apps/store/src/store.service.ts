import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { getDataSourceToken, InjectDataSource } from '@nestjs/typeorm';
import { articleChanges, articleOutcomes, articleState } from '@newsmill/contracts';
import {
  AdminKeyGuard,
  AdminKeys,
  databaseCheck,
  databaseModule,
  defineService,
  Readiness,
  SERVICE_SETTINGS,
  type ServiceSettings,
  TRANSPORT,
} from '@newsmill/service';
import { DeadLetterCounter, type Transport } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { ArticleStore } from './article-store.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { Freshness } from './freshness.js';
import { OutboxRelay } from './outbox-relay.js';
import { QueryController } from './query.controller.js';
import { ReceiptStore } from './receipt-store.js';
import { Releaser } from './releaser.js';
import { ReceiptsController } from './receipts.controller.js';
import { StepSweeper } from './step-sweeper.js';
import { StatusController } from './status.controller.js';
import { storeSettings } from './store.config.js';
import { StoreGauges } from './store-gauges.js';
import { StoreController } from './store.controller.js';
import { storeDatabase } from './store.database.js';
import { storeMetrics } from './store.metrics.js';
import { STORE_SETTINGS } from './store.tokens.js';
import { record, store as storeStage } from './store.stage.js';
import { SubscribersModule } from './subscribers/subscribers.module.js';
import { WebhookSender } from './subscribers/webhook-sender.js';
import { TraceController } from './trace.controller.js';

const DAY_MS = 24 * 60 * 60 * 1000;

@Module({})
class StoreModule implements OnModuleInit {
  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(SERVICE_SETTINGS) private readonly settings: ServiceSettings,
  ) {}

  onModuleInit(): void {
    this.readiness.require('store database', databaseCheck(this.database, this.settings));
    // Articles are read from the database: queries go on while Kafka is away.
    this.readiness.servesWithoutLog();
  }
}

/** Keeps articles and their history, tells subscribers, answers queries. */
export const store = defineService({
  name: 'store',
  description: 'Keeps articles and their history, tells subscribers, answers queries.',
  settings: storeSettings,
  check: (settings) => [
    ...AdminKeys.problems(storeSettings.adminKey.env, settings.adminKey),
    ...WebhookSender.problems(settings),
  ],
  metrics: storeMetrics,
  stages: [storeStage, record],
  writers: [
    { name: 'outbox', description: 'tells subscribers of changes', writes: [articleChanges, articleState] },
    { name: 'redrive', description: 'sends dead letters again, to any topic', writes: [articleOutcomes] },
  ],
  database: storeDatabase,
  register: (settings): DynamicModule => ({
    module: StoreModule,
    imports: [databaseModule(storeDatabase, settings), SubscribersModule.register(settings)],
    controllers: [
      StoreController,
      QueryController,
      ReceiptsController,
      DeadLettersController,
      StatusController,
      TraceController,
    ],
    providers: [
      { provide: STORE_SETTINGS, useValue: settings },
      { provide: AdminKeys, useValue: new AdminKeys(settings.adminKey) },
      AdminKeyGuard,
      ArticleStore,
      Freshness,
      StoreGauges,
      {
        provide: DeadLetterCounter,
        inject: [TRANSPORT, SERVICE_SETTINGS],
        useFactory: (transport: Transport, { topicPrefix }: ServiceSettings) =>
          new DeadLetterCounter(transport, topicPrefix),
      },
      {
        provide: ReceiptStore,
        inject: [getDataSourceToken(storeDatabase.schema)],
        useFactory: (database: DataSource) => new ReceiptStore(database),
      },
      OutboxRelay,
      {
        provide: Releaser,
        inject: [ArticleStore, OutboxRelay],
        useFactory: (articles: ArticleStore, relay: OutboxRelay) =>
          new Releaser(articles, relay, { tombstoneAfterMs: settings.tombstoneAfterDays * DAY_MS, clock: Date.now }),
      },
      StepSweeper,
    ],
  }),
});
