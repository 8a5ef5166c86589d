import { tryNormalizeUrl } from '@newsmill/web';

/** Where sites put their feeds, the commonest places first; relative to the home page's folder. */
export const FEED_PLACES = ['feed/', 'rss.xml', 'atom.xml', 'feed.xml', 'index.xml', 'rss', 'feed.json'] as const;

/** Where sites put their sitemaps; news sitemaps have no place of their own by any standard. */
export const SITEMAP_PLACES = ['/news-sitemap.xml', '/sitemap.xml', '/sitemap-news.xml', '/sitemap_index.xml'] as const;

/** Where WordPress (since 5.5) has its sitemap. */
export const WORDPRESS_SITEMAP = '/wp-sitemap.xml';

/** RFC 9309 section 2.5: crawlers read at least 500 KiB of robots.txt, and need not read more. */
const MAX_ROBOTS = 500 * 1024;

/** `Sitemap:` lines that are read; those that name news come first. */
const MAX_SITEMAPS = 50;

/** The sitemaps that robots.txt names (sitemaps.org, "Specifying the Sitemap location in your robots.txt file"). */
export function robotsSitemaps(robots: string, robotsUrl: string): string[] {
  const found = new Set<string>();
  for (const line of robots.slice(0, MAX_ROBOTS).split(/\r\n?|\n/)) {
    const [, reference] = /^\s{0,20}sitemap\s{0,20}:\s{0,20}(\S+)/i.exec(line.slice(0, 4_096)) ?? [];
    const url = reference === undefined ? undefined : addressOf(reference, robotsUrl);
    if (url !== undefined) found.add(url);
    if (found.size === MAX_SITEMAPS) break;
  }
  return newsFirst([...found]);
}

/** Those whose address says that they hold news before the others. */
export function newsFirst(urls: readonly string[]): string[] {
  return [...urls.filter(namesNews), ...urls.filter((url) => !namesNews(url))];
}

/** Whether the address of a sitemap says that it holds news. */
export function namesNews(url: string): boolean {
  return /(?:^|[^a-z])(?:google-?)?news(?:[^a-z]|$)/i.test(new URL(url).pathname);
}

/** An absolute address in its normal form; `undefined` for what cannot be fetched. */
export function addressOf(reference: string, base: string): string | undefined {
  const url = URL.parse(reference, base);
  return url === null ? undefined : tryNormalizeUrl(url.href);
}

/**
 * Whether a feed is one of readers' comments: WordPress and Blogger say so in its address, WordPress in the title of its
 * link as well. `comment` alone is what newspapers call their opinion pages.
 */
export function isCommentFeed(url: string, linkTitle = ''): boolean {
  const { pathname, search } = new URL(url);
  if (pathname.toLowerCase().split('/').includes('comments') || /[?&]feed=comments-/i.test(search)) return true;
  return /\bcomments feed$/i.test(linkTitle.trim());
}

/** Whether all that a feed lists are comments: links to a place within a page that is one. */
export function listsComments(entryUrls: readonly string[]): boolean {
  return entryUrls.length > 0 && entryUrls.every((url) => /#comments?[-_]?\d/i.test(url));
}
