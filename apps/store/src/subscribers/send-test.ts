import { loadSettings, processEnvironment } from '@newsmill/service/command';
import { subscriberSettings } from './subscribers.config.js';
import { type Answer, WebhookSender, type WebhookTarget } from './webhook-sender.js';

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
