export type FeedKind = 'rss' | 'atom' | 'rdf' | 'json';

/** What newsmill takes from a feed, whatever its format. Absent means that the feed did not say. */
export interface Feed {
  kind: FeedKind;
  title?: string;
  /** As the feed writes it; meant to be BCP 47. */
  language?: string;
  /** How long the feed asks to be left alone: RSS `ttl`, or the `sy:` rhythm of RSS 1.0 modules. */
  ttlMinutes?: number;
  /** Hours of the day (0 to 23, UTC) in which the feed asks not to be read (RSS `skipHours`). */
  skipHours?: number[];
  /** English names of days, in UTC, on which the feed asks not to be read (RSS `skipDays`). */
  skipDays?: string[];
  /** Hubs that tell of its changes (W3C WebSub section 4): absolute, http or https. */
  hubs?: string[];
  /** The address under which they know it: absolute, http or https. */
  self?: string;
  /** In the order of the feed. */
  entries: FeedEntry[];
  /** Items that lead nowhere. */
  skipped: SkippedEntry[];
}

export interface FeedEntry {
  /** Absolute, http or https; relative ones are resolved against xml:base, else the site (RSS) or the feed (Atom, JSON). */
  url: string;
  /** The publisher's identifier, not to be read as an address. */
  guid?: string;
  /** White space collapsed; may hold HTML where the format allows it. */
  title?: string;
  /** As delivered; may hold HTML. */
  summary?: string;
  /** The whole article, when the feed carries it. Neither sanitised nor resolved. */
  contentHtml?: string;
  published?: FeedTime;
  updated?: FeedTime;
  /** Names, each once; an entry without its own has those of the feed (RFC 4287 section 4.2.1). */
  authors?: string[];
  categories?: string[];
  language?: string;
}

/** A time as it was written, and what it means when it can be read. */
export interface FeedTime {
  raw: string;
  /** UTC, RFC 3339. A time without zone is read as UTC. */
  iso?: string;
}

export interface SkippedEntry {
  /** Position in the feed, from 0. */
  index: number;
  reason: string;
}
