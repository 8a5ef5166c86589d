import type { RawFields } from './entry-fields.js';

/** What a format's mapping gives: newsmill's names, the feed's values. */
export interface MappedFeed {
  title: string | undefined;
  /** Of the site, absolute. */
  link: string | undefined;
  description?: string | undefined;
  language: string | undefined;
  ttlMinutes: number | undefined;
  skipHours?: readonly number[] | undefined;
  skipDays?: readonly string[] | undefined;
  hubs?: readonly (string | undefined)[] | undefined;
  self?: string | undefined;
  /** Where the feed says that it has moved. */
  movedTo?: string | undefined;
  authors?: readonly (string | undefined)[] | undefined;
  items: MappedItem[];
}

export interface MappedItem extends RawFields {
  /** Absolute; absent for an entry that leads nowhere. */
  url: string | undefined;
}

export const EMPTY_FEED: MappedFeed = {
  title: undefined,
  link: undefined,
  language: undefined,
  ttlMinutes: undefined,
  items: [],
};
