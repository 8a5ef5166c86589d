import { loadSettings, processEnvironment } from '@newsmill/service';
import type { DataSource } from 'typeorm';
import { ChangeLog } from './change-log.js';
import { subscriberSettings } from './subscribers.config.js';
import { type Answer, WebhookSender, type WebhookTarget } from './webhook-sender.js';
import { Webhooks } from './webhooks.js';

/** The webhooks of a store, for programs beside it. */
export function openWebhooks(database: DataSource): Webhooks {
  return new Webhooks(database, new ChangeLog(database));
}

/**
 * Posts a trial event from this process, under its settings.
 * @throws SettingsError
 */
export async function sendTest(id: string, target: WebhookTarget): Promise<Answer> {
  const sender = new WebhookSender(loadSettings(subscriberSettings, processEnvironment()));
  try {
    return await sender.test(id, target);
  } finally {
    await sender.close();
  }
}
