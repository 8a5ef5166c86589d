import type { FeedTime } from '../feed.js';

/**
 * What a sitemap lists (sitemaps.org protocol): articles, pages, or further sitemaps.
 *
 * - `news`: at least one entry is marked as news (Google's news extension); only such entries are listed.
 * - `pages`: addresses, with the day of their last change at best.
 * - `index`: sitemaps.
 */
export type Sitemap = PageSitemap | SitemapIndex;

export interface PageSitemap extends SitemapReading {
  kind: 'news' | 'pages';
  entries: SitemapEntry[];
}

export interface SitemapIndex extends SitemapReading {
  kind: 'index';
  sitemaps: ListedAddress[];
}

export interface SitemapReading {
  /** How many entries are not listed, by reason. */
  skipped: Record<string, number>;
  /** Why the rest was not read, if it was not: the limit of entries, or faults in the XML. */
  cutShort?: string;
}

export interface ListedAddress {
  /** Absolute, http or https. */
  url: string;
  lastmod?: FeedTime;
}

export interface SitemapEntry extends ListedAddress {
  news?: NewsEntry;
}

/** Google's news extension: an article of the last two days, as its publisher announces it. */
export interface NewsEntry {
  title?: string;
  published?: FeedTime;
  /** ISO 639 of the publication, as written. */
  language?: string;
  /** Name of the publication. */
  publication?: string;
  keywords?: string[];
}
