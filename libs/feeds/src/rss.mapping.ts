import { parseRssFeed } from 'feedsmith';
import { alternateLink } from './atom.mapping.js';
import { entryUrl } from './entry-url.js';
import type { MappedFeed } from './mapped-feed.js';
import { skippedTimes } from './skipped-times.js';
import { syndicationMinutes } from './syndication-rhythm.js';
import { webSubLinks } from './web-sub-links.js';

/** RSS 0.91, 0.92 and 2.0 with content, Dublin Core, Atom and syndication modules. */
export function mapRss(document: string, feedUrl: string): MappedFeed {
  const feed = parseRssFeed(document);
  return {
    title: feed.title ?? feed.dc?.titles?.[0],
    language: feed.language ?? feed.dc?.languages?.[0] ?? feed.xml?.lang,
    ttlMinutes: feed.ttl ?? syndicationMinutes(feed.sy),
    skipped: skippedTimes(document),
    webSub: webSubLinks(feed.atom?.links),
    items: (feed.items ?? []).map((item) => ({
      url: entryUrl(
        [
          item.link,
          alternateLink(item.atom?.links),
          // RSS 2.0: a guid is the item's address unless it says otherwise; one that is no address says so by itself.
          item.guid?.isPermaLink !== false && /^\s*https?:/i.test(item.guid?.value ?? '')
            ? item.guid?.value
            : undefined,
        ],
        [item.xml?.base, feed.xml?.base, feed.link, feedUrl],
      ),
      guid: item.guid?.value ?? item.atom?.id ?? item.dc?.identifiers?.[0],
      title: item.title ?? item.dc?.titles?.[0],
      summary: item.description ?? item.dc?.descriptions?.[0],
      contentHtml: item.content?.encoded,
      published: item.pubDate ?? item.dc?.dates?.[0] ?? item.atom?.published,
      updated: item.atom?.updated ?? item.dcterms?.modified?.[0],
      authors: [
        ...(item.dc?.creators ?? []),
        ...(item.authors ?? []).map(({ name, email }) => name ?? email),
        ...(item.atom?.authors ?? []).map(({ name }) => name),
      ],
      categories: [...(item.categories ?? []).map(({ name }) => name), ...(item.dc?.subjects ?? [])],
      language: item.dc?.languages?.[0] ?? item.xml?.lang,
    })),
  };
}
