import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { AdminKeyGuard, AdminKeys } from '@newsmill/service';
import type { DataSource } from 'typeorm';
import { storeDatabase } from '../store.database.js';
import { ChangeLog } from './change-log.js';
import { ChangeSweeper } from './change-sweeper.js';
import { ChangeTail } from './change-tail.js';
import { ChangesController } from './changes.controller.js';
import { OpenConnections } from './open-connections.js';
import { StreamController } from './stream.controller.js';
import { SUBSCRIBER_SETTINGS, type SubscriberSettings } from './subscribers.config.js';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookSender } from './webhook-sender.js';
import { Webhooks } from './webhooks.js';
import { WebhooksController } from './webhooks.controller.js';

/** The events of the public topics without Kafka: polling, streams and webhooks. */
@Module({})
export class SubscribersModule {
  static register(settings: SubscriberSettings & { adminKey: readonly string[] }): DynamicModule {
    return {
      module: SubscribersModule,
      controllers: [ChangesController, StreamController, WebhooksController],
      providers: [
        { provide: SUBSCRIBER_SETTINGS, useValue: settings },
        { provide: AdminKeys, useValue: new AdminKeys(settings.adminKey) },
        { provide: WebhookSender, useFactory: () => new WebhookSender(settings) },
        AdminKeyGuard,
        {
          provide: ChangeLog,
          inject: [getDataSourceToken(storeDatabase.schema)],
          useFactory: (database: DataSource) => new ChangeLog(database),
        },
        ChangeSweeper,
        ChangeTail,
        OpenConnections,
        WebhookDeliveries,
        WebhookDispatcher,
        {
          provide: Webhooks,
          inject: [getDataSourceToken(storeDatabase.schema), ChangeLog],
          useFactory: (database: DataSource, log: ChangeLog) => new Webhooks(database, log),
        },
      ],
      exports: [ChangeTail],
    };
  }
}
