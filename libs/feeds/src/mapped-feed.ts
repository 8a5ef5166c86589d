import type { RawFields } from './entry-fields.js';
import type { SkippedTimes } from './skipped-times.js';
import type { WebSubLinks } from './web-sub-links.js';

/** What a format's mapping gives: newsmill's names, the feed's values. */
export interface MappedFeed {
  title: string | undefined;
  language: string | undefined;
  ttlMinutes: number | undefined;
  skipped?: SkippedTimes;
  webSub: WebSubLinks;
  items: (RawFields & { url: string | undefined })[];
}
