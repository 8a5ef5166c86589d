import { adminKeySetting, defineSettings, type SettingValues, wholeNumber } from '@newsmill/service';
import { z } from 'zod';
import { subscriberSettings } from './subscribers/subscribers.config.js';

export const storeSettings = defineSettings({
  adminKey: adminKeySetting,
  tombstoneAfterDays: {
    env: 'NEWSMILL_TOMBSTONE_AFTER_DAYS',
    schema: z.coerce.number().min(0).max(3650),
    default: '7',
    doc: 'Days that the stub of a withdrawn article stays on the state topic. Then a tombstone takes its place, and its texts are removed from the database.',
  },
  traceDays: {
    env: 'NEWSMILL_TRACE_DAYS',
    schema: wholeNumber(0, 3650),
    default: '30',
    doc: 'Days for which every step of every receipt is kept for `newsmill trace`. 0: only what became of it last.',
  },
  ...subscriberSettings,
});

export type StoreSettings = SettingValues<typeof storeSettings>;
