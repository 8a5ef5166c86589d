import { list, type Setting } from './settings.js';

/** The setting that admin keys are made from, of every service that has something to guard. */
export const adminKeySetting = {
  env: 'NEWSMILL_ADMIN_KEY',
  schema: list,
  default: '',
  doc: 'Keys of those who operate it: for dead letters, status, webhooks (store) and sources (fetcher) over HTTP, comma-separated: the key, or `sha256:<hex>` of it. Without one they are closed.',
  secret: true,
} as const satisfies Setting;
