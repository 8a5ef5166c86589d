import { defineSettings, list, type SettingValues } from '@newsmill/service';
import { subscriberSettings } from './subscribers/subscribers.config.js';

export const storeSettings = defineSettings({
  adminKey: {
    env: 'NEWSMILL_ADMIN_KEY',
    schema: list,
    default: '',
    doc: 'Keys for dead letters, status and webhooks over HTTP, comma-separated: the key, or `sha256:<hex>` of it. Without one they are closed.',
    secret: true,
  },
  ...subscriberSettings,
});

export type StoreSettings = SettingValues<typeof storeSettings>;
