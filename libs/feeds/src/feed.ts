export type FeedKind = 'rss' | 'atom' | 'rdf' | 'json';

/** What newsmill takes from a feed, whatever its format. Absent means that the feed did not say. */
export interface Feed {
  kind: FeedKind;
  title?: string;
  /** The site that the feed is of, absolute. */
  link?: string;
  /** As delivered; may hold HTML. */
  description?: string;
  /** As the feed writes it; meant to be BCP 47. */
  language?: string;
  /** How long the feed asks to be left alone: RSS `ttl`, or the `sy:` rhythm of RSS 1.0 modules. */
  ttlMinutes?: number;
  /** Hours of the day in UTC, 0 to 23, at which the feed asks not to be polled (RSS `skipHours`). */
  skipHours?: number[];
  /** English names of days, in UTC, on which the feed asks not to be polled (RSS `skipDays`). */
  skipDays?: string[];
  /** WebSub hubs (W3C WebSub section 4; JSON Feed `hubs` of that type), absolute, each once. */
  hubs?: string[];
  /** The address that the feed gives as its own (`rel="self"`, JSON Feed `feed_url`), absolute: the topic of its hubs. */
  self?: string;
  /** Where the feed says that it has moved for good (`itunes:new-feed-url`, `redirect/newLocation`), absolute. */
  movedTo?: string;
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
  /** The whole article, when the feed carries it. Its links are absolute; it is not sanitised. */
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
