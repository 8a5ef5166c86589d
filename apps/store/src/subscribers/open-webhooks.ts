import type { DataSource } from 'typeorm';
import { ChangeLog } from './change-log.js';
import { Webhooks } from './webhooks.js';

export { newWebhook } from './webhooks.js';

/** The webhooks of a store, for programs beside it. */
export function openWebhooks(database: DataSource): Webhooks {
  return new Webhooks(database, new ChangeLog(database));
}
