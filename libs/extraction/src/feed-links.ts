import { parseHtml } from './html-tree.js';
import { webUrl } from './links.js';

/** A link that a page offers as a feed of itself. */
export interface FeedLink {
  url: string;
  /** Of the link, not of the feed. */
  title?: string;
  /** `declared`: a link element says so (HTML section 4.6.7.1); `named`: a link in the text whose address looks like one. */
  by: 'declared' | 'named';
}

export interface FeedLinks {
  /** Declared ones first, each address once, in the order of the page. */
  links: FeedLink[];
  /** Whether the page is made by WordPress, whose feeds and sitemaps have known places. */
  isWordPress: boolean;
}

/** Links taken from one page. */
const MAX_LINKS = 50;

/** Under which feeds are declared: the registered types, and those that servers use in their place. */
const FEED_TYPES = new Set([
  'application/rss+xml',
  'application/atom+xml',
  'application/rdf+xml',
  'application/feed+json',
  'application/json',
  'application/xml',
  'text/xml',
]);

/** Addresses that end so are feeds more often than not. */
const FEED_PATH = /(?:\.(?:rss|atom|rdf)|\/(?:rss|atom|feed|feeds|rss2|(?:rss|atom|feed|index)\.xml|feed\.json))\/?$/i;

/** The feeds that an HTML page leads to. Pure and total. */
export function readFeedLinks(html: string, pageUrl: string): FeedLinks {
  const tree = parseHtml(html);
  const declared = new Map<string, FeedLink>();
  const named = new Map<string, FeedLink>();
  let base = pageUrl;
  let hasBase = false;
  let isWordPress = false;
  for (let node = 1; node < tree.size; node++) {
    const name = tree.name(node);
    if (name === 'base' && !hasBase) {
      // The first base with an address holds (HTML section 4.2.3).
      const href = tree.attribute(node, 'href');
      hasBase = href !== undefined;
      base = webUrl(href, pageUrl) ?? pageUrl;
    } else if (name === 'meta') {
      isWordPress ||=
        tree.attribute(node, 'name')?.toLowerCase() === 'generator' &&
        /^WordPress\b/i.test(tree.attribute(node, 'content') ?? '');
    } else if (name === 'link') {
      const rel = (tree.attribute(node, 'rel') ?? '').toLowerCase().split(/\s+/);
      isWordPress ||= rel.includes('https://api.w.org/');
      if (!isFeedLink(rel, tree.attribute(node, 'type'))) continue;
      const url = webUrl(tree.attribute(node, 'href'), base);
      // WordPress declares the page's own data under the type of JSON feeds.
      if (url === undefined || url.includes('/wp-json/') || declared.has(url) || declared.size >= MAX_LINKS) continue;
      const title = tree.attribute(node, 'title')?.trim().slice(0, 200);
      declared.set(url, { url, by: 'declared', ...(title && { title }) });
    } else if (name === 'a' && named.size < MAX_LINKS) {
      const url = webUrl(tree.attribute(node, 'href'), base);
      if (url !== undefined && FEED_PATH.test(new URL(url).pathname)) named.set(url, { url, by: 'named' });
    }
  }
  const others = [...named.values()].filter(({ url }) => !declared.has(url));
  return { links: [...declared.values(), ...others], isWordPress };
}

function isFeedLink(rel: readonly string[], type: string | undefined): boolean {
  if (rel.includes('stylesheet')) return false;
  const mediaType = type?.split(';')[0]!.trim().toLowerCase();
  if (rel.includes('alternate')) return mediaType !== undefined && FEED_TYPES.has(mediaType);
  return rel.includes('feed') && (mediaType === undefined || FEED_TYPES.has(mediaType));
}
