export { parseFeed } from './parse-feed.js';
export { type Feed, type FeedEntry, type FeedKind, type FeedTime, type SkippedEntry } from './feed.js';
export { NotAFeed } from './not-a-feed.js';
export { MAX_SITEMAP_BYTES, parseSitemap, type SitemapSource } from './sitemap/parse-sitemap.js';
export {
  type ListedAddress,
  type NewsEntry,
  type PageSitemap,
  type Sitemap,
  type SitemapEntry,
  type SitemapIndex,
} from './sitemap/sitemap.js';
export { MAX_SITEMAP_ENTRIES } from './sitemap/selection.js';
export { NotASitemap } from './sitemap/not-a-sitemap.js';
