import type { RawFields } from './entry-fields.js';

/** What a format's mapping gives: newsmill's names, the feed's values. */
export interface MappedFeed {
  title: string | undefined;
  language: string | undefined;
  ttlMinutes: number | undefined;
  items: (RawFields & { url: string | undefined })[];
}
