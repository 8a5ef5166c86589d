import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { articleChanges, articleOutcomes, articleState } from '@newsmill/contracts';
import { AdminKeyGuard, AdminKeys, databaseModule, defineService, Readiness } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { ArticleStore } from './article-store.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { OutboxRelay } from './outbox-relay.js';
import { QueryController } from './query.controller.js';
import { ReceiptStore } from './receipt-store.js';
import { ReceiptsController } from './receipts.controller.js';
import { StepSweeper } from './step-sweeper.js';
import { StatusController } from './status.controller.js';
import { storeSettings } from './store.config.js';
import { StoreController } from './store.controller.js';
import { storeDatabase } from './store.database.js';
import { STORE_SETTINGS } from './store.tokens.js';
import { record, store as storeStage } from './store.stage.js';
import { TraceController } from './trace.controller.js';

@Module({})
class StoreModule implements OnModuleInit {
  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.readiness.require('store database', () => this.database.query('SELECT 1'));
  }
}

/** Keeps articles and their history, tells subscribers, answers queries. */
export const store = defineService({
  name: 'store',
  description: 'Keeps articles and their history, tells subscribers, answers queries.',
  settings: storeSettings,
  check: ({ adminKey }) => AdminKeys.problems(storeSettings.adminKey.env, adminKey),
  stages: [storeStage, record],
  writers: [
    { name: 'outbox', description: 'tells subscribers of changes', writes: [articleChanges, articleState] },
    { name: 'redrive', description: 'sends dead letters again, to any topic', writes: [articleOutcomes] },
  ],
  database: storeDatabase,
  register: (settings): DynamicModule => ({
    module: StoreModule,
    imports: [databaseModule(storeDatabase, settings)],
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
      ReceiptStore,
      OutboxRelay,
      StepSweeper,
    ],
  }),
});
