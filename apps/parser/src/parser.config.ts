import { z } from 'zod';
import { defineSettings, type SettingValues } from '@newsmill/service';

export const parserSettings = defineSettings({
  publishersDir: {
    env: 'NEWSMILL_PUBLISHERS_DIR',
    schema: z.string().optional(),
    doc: 'Folder of JSON files with rules for publishers, beside and before the built-in ones (docs/how-to-add-a-publisher.md).',
  },
});

export type ParserSettings = SettingValues<typeof parserSettings>;
