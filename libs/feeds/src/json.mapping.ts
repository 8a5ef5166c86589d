import { parseJsonFeed } from 'feedsmith';
import { textAsHtml } from './entry-fields.js';
import { entryUrl } from './entry-url.js';
import type { MappedFeed } from './mapped-feed.js';

/** JSON Feed 1.0 and 1.1. */
export function mapJson(document: string, feedUrl: string): MappedFeed {
  const feed = parseJsonFeed(JSON.parse(document));
  const feedAuthors = feed.authors ?? [];
  return {
    title: feed.title,
    language: feed.language,
    ttlMinutes: undefined,
    webSub: {
      hubs: (feed.hubs ?? []).flatMap(({ type, url }) => (type?.toLowerCase() === 'websub' && url ? url : [])),
      ...(feed.feed_url !== undefined && { self: feed.feed_url }),
    },
    items: (feed.items ?? []).map((item) => ({
      url: entryUrl(
        [item.url, item.external_url, /^\s*https?:/i.test(item.id ?? '') ? item.id : undefined],
        [feed.home_page_url, feedUrl],
      ),
      guid: item.id,
      title: item.title,
      summary: item.summary,
      contentHtml: item.content_html ?? textAsHtml(item.content_text),
      published: item.date_published,
      updated: item.date_modified,
      authors: (item.authors ?? feedAuthors).map(({ name }) => name),
      categories: item.tags,
      language: item.language,
    })),
  };
}
