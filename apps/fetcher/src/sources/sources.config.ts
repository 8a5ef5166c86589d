import { defineSettings, type SettingValues } from '@newsmill/service';
import { z } from 'zod';
import { duration } from '../revisits/duration.js';

/** Settings of the fetcher for where articles are taken from. */
export const sourcesSettings = defineSettings({
  sourcesFile: {
    env: 'NEWSMILL_SOURCES_FILE',
    schema: z.string().min(1, 'must not be empty').optional(),
    doc: 'YAML file of the sources to follow, by their home pages or feeds (docs/sources.md); read again when it changes.',
  },
  discoveryInterval: {
    env: 'NEWSMILL_DISCOVERY_INTERVAL',
    schema: duration,
    default: '7d',
    doc: 'How long after a search the feeds of a site are looked for again (`s`, `m`, `h`, `d`); at once when all of them are gone.',
  },
});

export type SourcesSettings = SettingValues<typeof sourcesSettings>;
