import { parseAtomFeed } from 'feedsmith';
import { textAsHtml } from './entry-fields.js';
import { entryUrl } from './entry-url.js';
import type { MappedFeed } from './mapped-feed.js';
import { syndicationMinutes } from './syndication-rhythm.js';
import { webSubLinks } from './web-sub-links.js';

/** Atom 1.0 (RFC 4287) and 0.3. */
export function mapAtom(document: string, feedUrl: string): MappedFeed {
  const feed = parseAtomFeed(document);
  const feedAuthors = feed.authors ?? [];
  return {
    title: feed.title?.value,
    language: feed.xml?.lang ?? feed.dc?.languages?.[0],
    ttlMinutes: syndicationMinutes(feed.sy),
    webSub: webSubLinks(feed.links),
    items: (feed.entries ?? []).map((entry) => {
      const own = entry.authors ?? entry.source?.authors ?? [];
      return {
        url: entryUrl(
          [alternateLink(entry.links), /^\s*https?:/i.test(entry.id ?? '') ? entry.id : undefined],
          [entry.xml?.base, feed.xml?.base, feedUrl],
        ),
        guid: entry.id,
        title: entry.title?.value,
        summary: entry.summary?.value,
        contentHtml: contentAsHtml(entry.content),
        published: entry.published ?? entry.dc?.dates?.[0],
        updated: entry.updated,
        authors: [...(own.length > 0 ? own : feedAuthors).map(({ name }) => name), ...(entry.dc?.creators ?? [])],
        categories: (entry.categories ?? []).map(({ label, term }) => label ?? term),
        language: entry.xml?.lang,
      };
    }),
  };
}

/** RFC 4287 section 4.2.7.2: a link without rel is the alternate; of several the HTML one is the page. */
export function alternateLink(
  links: readonly { href?: string; rel?: string; type?: string }[] | undefined,
): string | undefined {
  const alternates = (links ?? []).filter(({ rel = 'alternate' }) => rel.toLowerCase() === 'alternate');
  return (alternates.find(({ type = 'text/html' }) => /html/i.test(type)) ?? alternates[0])?.href;
}

/** RFC 4287 section 4.1.3: text by default; other media types and content elsewhere are no article in the feed. */
function contentAsHtml(content: { value?: string; type?: string; src?: string } | undefined): string | undefined {
  const type = content?.type?.toLowerCase().split(';')[0]?.trim() ?? 'text';
  if (['html', 'xhtml', 'text/html', 'application/xhtml+xml'].includes(type)) return content?.value;
  return type === 'text' || type === 'text/plain' ? textAsHtml(content?.value) : undefined;
}
