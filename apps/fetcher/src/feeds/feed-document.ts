import { createHash } from 'node:crypto';
import { type FeedEntry, parseFeed } from '@newsmill/feeds';
import { type HubLinks, hubLinksOf } from '../websub/hub-links.js';

/** What polling takes from a document that tells of pages. */
export interface FeedDocument {
  entries: readonly FeedEntry[];
  /** Least seconds between two looks that it asks for. */
  wishedSeconds?: number;
  skipHours: number[];
  skipDays: number[];
  /** Where its changes are told, if they are. */
  hub?: HubLinks;
}

/** A document as it was polled or pushed. */
export interface ReceivedDocument {
  url: string;
  contentType?: string | undefined;
  /** The response's or the notification's, by lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/**
 * The one place that knows kinds of documents: what polls and pushes do with them is the same for all.
 *
 * @throws NotAFeed when it is HTML, broken, or anything else that is no feed
 */
export function readFeedDocument({ url, contentType, headers, body }: ReceivedDocument): FeedDocument {
  const feed = parseFeed(body, { url, ...(contentType !== undefined && { contentType }) });
  const hub = hubLinksOf(headers['link'], feed, url);
  return {
    entries: feed.entries,
    ...(feed.ttlMinutes !== undefined && { wishedSeconds: Math.min(feed.ttlMinutes * 60, MOST_SECONDS) }),
    skipHours: feed.skipHours ?? [],
    skipDays: (feed.skipDays ?? []).map((day) => DAYS.indexOf(day.toLowerCase())).filter((day) => day >= 0),
    ...(hub && { hub }),
  };
}

/** 0 is Sunday, as in `Date`. */
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** A year: larger wishes mean the same, and fit the database. */
const MOST_SECONDS = 365 * 24 * 3_600;

/** SHA-256 of a document. */
export function documentHash(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest();
}
