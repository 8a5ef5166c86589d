import { defineSettings, list, type SettingValues } from '@newsmill/service';

export const storeSettings = defineSettings({
  adminKey: {
    env: 'NEWSMILL_ADMIN_KEY',
    schema: list,
    default: '',
    doc: 'Keys for dead letters and status over HTTP, comma-separated: the key, or `sha256:<hex>` of it. Without one they are closed.',
    secret: true,
  },
});

export type StoreSettings = SettingValues<typeof storeSettings>;
