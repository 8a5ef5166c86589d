import { defineSettings, type SettingValues, wholeNumber } from '@newsmill/service';
import { duration, growingDurations } from './duration.js';

/** Settings of the fetcher for pages that it knows: when they are looked at again, and when they count as gone. */
export const revisitSettings = defineSettings({
  revisit: {
    env: 'NEWSMILL_REVISIT',
    schema: growingDurations,
    default: '1h,6h,24h,7d',
    doc: 'How long after its first fetch a page is looked at again, so that corrections are found: times that grow (`s`, `m`, `h`, `d`), comma-separated; `off`: never.',
  },
  pageRetention: {
    env: 'NEWSMILL_PAGE_RETENTION',
    schema: duration,
    default: '30d',
    doc: 'How long a page is known after its last revisit.',
  },
  goneVisits: {
    env: 'NEWSMILL_GONE_VISITS',
    schema: wholeNumber(2, 20),
    default: '3',
    doc: 'Visits that must find a known page missing (404, 410) before its article is withdrawn; where it answers 410, two.',
  },
  goneSpacing: {
    env: 'NEWSMILL_GONE_SPACING',
    schema: duration,
    default: '30m',
    doc: 'Least time between two of these visits.',
  },
  goneGuardPages: {
    env: 'NEWSMILL_GONE_GUARD_PAGES',
    schema: wholeNumber(2, 1_000),
    default: '5',
    doc: 'Known pages of a host from which on nothing is withdrawn while more than half of those asked are missing.',
  },
});

export type RevisitSettings = SettingValues<typeof revisitSettings>;
