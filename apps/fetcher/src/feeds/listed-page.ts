import type { Hints } from '@newsmill/contracts';
import type { FeedEntry, SitemapEntry } from '@newsmill/feeds';
import { hintsOfEntry, hintsOfSitemapEntry } from '../entry-hints.js';

/** A page that a feed or a sitemap tells of. */
export interface ListedPage {
  url: string;
  /** What is said of its last change, as it is written; empty when nothing is. */
  updated: string;
  /** When it was changed or published, RFC 3339. */
  time?: string | undefined;
  hints: Hints;
}

export function listedByFeed(entry: FeedEntry): ListedPage {
  const { url, published, updated } = entry;
  return {
    url,
    updated: updated?.raw ?? published?.raw ?? '',
    time: updated?.iso ?? published?.iso,
    hints: hintsOfEntry(entry),
  };
}

export function listedBySitemap(entry: SitemapEntry): ListedPage {
  const { url, lastmod, news } = entry;
  return {
    url,
    updated: lastmod?.raw ?? news?.published?.raw ?? '',
    time: lastmod?.iso ?? news?.published?.iso,
    hints: hintsOfSitemapEntry(entry),
  };
}
