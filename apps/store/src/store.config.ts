import { defineSettings, list, type SettingValues, wholeNumber } from '@newsmill/service';

export const storeSettings = defineSettings({
  adminKey: {
    env: 'NEWSMILL_ADMIN_KEY',
    schema: list,
    default: '',
    doc: 'Keys for dead letters and status over HTTP, comma-separated: the key, or `sha256:<hex>` of it. Without one they are closed.',
    secret: true,
  },
  traceDays: {
    env: 'NEWSMILL_TRACE_DAYS',
    schema: wholeNumber(0, 3650),
    default: '30',
    doc: 'Days for which every step of every receipt is kept for `newsmill trace`. 0: only what became of it last.',
  },
});

export type StoreSettings = SettingValues<typeof storeSettings>;
