export { store } from './store.service.js';
export { storeSettings } from './store.config.js';
export { storeDatabase } from './store.database.js';
export { record as recordStage, store as storeStage } from './store.stage.js';
export type { Flow } from './receipt-store.js';
export { rebuildStore, type RebuildOptions, type RebuildPhase, type RebuildReport } from './rebuild.js';
export { type Hanging, readStatus, type StageBacklog, type Status } from './status.js';
export { hashStore, type StoreHash } from './store-hash.js';
export { StoreReader } from './store-reader.js';
export { MOST_RECEIPTS, MOST_STEPS, type Trace } from './trace.js';
export { openWebhooks } from './subscribers/open-webhooks.js';
export { sendTest } from './subscribers/send-test.js';
export {
  type DeliveryView,
  newWebhook,
  type NewWebhook,
  type Webhooks,
  type WebhookView,
} from './subscribers/webhooks.js';
