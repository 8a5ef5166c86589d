import { parseJsonFeed } from 'feedsmith';
import { contentBase, entryUrl } from './entry-url.js';
import { absoluteLinks } from './html-links.js';
import type { MappedFeed } from './mapped-feed.js';
import { escapeText } from './xml/escape.js';

/** JSON Feed 1.0 and 1.1. */
export function mapJson(document: string, feedUrl: string): MappedFeed {
  const feed = parseJsonFeed(JSON.parse(document));
  const feedAuthors = feed.authors ?? [];
  const site = entryUrl([feed.home_page_url], [feedUrl]);
  return {
    title: feed.title,
    link: site,
    description: feed.description,
    language: feed.language,
    ttlMinutes: undefined,
    hubs: (feed.hubs ?? [])
      .filter(({ type }) => type?.toLowerCase() === 'websub')
      .map(({ url }) => entryUrl([url], [feedUrl])),
    self: entryUrl([feed.feed_url], [feedUrl]),
    items: (feed.items ?? []).map((item) => {
      const url = entryUrl(
        [item.url, item.external_url, /^\s*https?:/i.test(item.id ?? '') ? item.id : undefined],
        [site, feedUrl],
      );
      const base = contentBase([url, site, feedUrl]) ?? feedUrl;
      return {
        url,
        guid: item.id,
        title: item.title,
        summary: item.summary,
        contentHtml:
          item.content_html === undefined
            ? item.content_text === undefined
              ? undefined
              : escapeText(item.content_text)
            : absoluteLinks(item.content_html, base),
        published: item.date_published,
        updated: item.date_modified,
        authors: (item.authors ?? feedAuthors).map(({ name }) => name),
        categories: item.tags,
        language: item.language,
      };
    }),
  };
}
