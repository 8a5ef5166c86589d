import { createHash } from 'node:crypto';
import { parseFeed, parseSitemap } from '@newsmill/feeds';
import type { FeedKind } from '../sources/source-declaration.js';
import { type HubLinks, hubLinksOf } from '../websub/hub-links.js';
import { listedByFeed, listedBySitemap, type ListedPage } from './listed-page.js';

/** What polling takes from a document that tells of pages. */
export interface FeedDocument {
  entries: readonly ListedPage[];
  /** Sitemaps that it lists: of an index, those that changed last. */
  children?: readonly string[];
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
 * @param since what a sitemap lists as older is left out: a site's archive is no news
 * @throws NotAFeed, or NotASitemap, when it is HTML, broken, or anything else
 */
export function readDocument(kind: FeedKind, received: ReceivedDocument, since: Date): FeedDocument {
  return kind === 'sitemap' ? readSitemapDocument(received, since) : readFeedDocument(received);
}

function readSitemapDocument({ url, contentType, body }: ReceivedDocument, since: Date): FeedDocument {
  const sitemap = parseSitemap(body, { url, since, ...(contentType !== undefined && { contentType }) });
  const nothing = { skipHours: [], skipDays: [] };
  if (sitemap.kind !== 'index') return { entries: sitemap.entries.map(listedBySitemap), ...nothing };
  const latest = sitemap.sitemaps.toSorted((left, right) => timeOf(right) - timeOf(left));
  return { entries: [], children: latest.slice(0, MAX_CHILDREN).map((child) => child.url), ...nothing };
}

/** Sitemaps of an index that are read at one look. */
const MAX_CHILDREN = 3;

function timeOf({ lastmod }: { lastmod?: { iso?: string } }): number {
  return Date.parse(lastmod?.iso ?? '') || 0;
}

/** @throws NotAFeed */
export function readFeedDocument({ url, contentType, headers, body }: ReceivedDocument): FeedDocument {
  const feed = parseFeed(body, { url, ...(contentType !== undefined && { contentType }) });
  const hub = hubLinksOf(headers['link'], feed, url);
  return {
    entries: feed.entries.map(listedByFeed),
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
