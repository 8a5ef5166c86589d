import { parseAtomFeed } from 'feedsmith';
import { contentBase, entryUrl } from './entry-url.js';
import { alternateLink, pollingLinks } from './feed-links.js';
import { absoluteLinks } from './html-links.js';
import type { MappedFeed } from './mapped-feed.js';
import { syndicationMinutes } from './syndication-rhythm.js';
import { escapeText } from './xml/escape.js';

/** Atom 1.0 (RFC 4287) and 0.3. */
export function mapAtom(document: string, feedUrl: string): MappedFeed {
  const feed = parseAtomFeed(document);
  const feedAuthors = feed.authors ?? [];
  const bases = [feed.xml?.base, feedUrl];
  const link = alternateLink(feed.links);
  return {
    title: markup(feed.title, feedUrl),
    link: entryUrl([link], bases),
    description: markup(feed.subtitle, feedUrl),
    language: feed.xml?.lang ?? feed.dc?.languages?.[0],
    ttlMinutes: syndicationMinutes(feed.sy),
    ...pollingLinks(feed.links, bases),
    movedTo: entryUrl([feed.itunes?.newFeedUrl], bases),
    authors: [...feedAuthors.map(nameOf), ...(feed.dc?.creators ?? [])],
    items: (feed.entries ?? []).map((entry) => {
      const own = entry.authors ?? entry.source?.authors ?? [];
      const entryBases = [entry.xml?.base, ...bases];
      return {
        url: entryUrl(
          [alternateLink(entry.links), /^\s*https?:/i.test(entry.id ?? '') ? entry.id : undefined],
          entryBases,
        ),
        guid: entry.id,
        title: markup(entry.title, feedUrl) ?? entry.media?.title?.value,
        summary: markup(entry.summary, feedUrl),
        contentHtml: contentAsHtml(entry.content, contentBase(entryBases)),
        published: entry.published ?? entry.dcterms?.issued?.[0] ?? entry.dc?.dates?.[0],
        updated: entry.updated ?? entry.dcterms?.modified?.[0],
        authors: [...(own.length > 0 ? own : feedAuthors).map(nameOf), ...(entry.dc?.creators ?? [])],
        categories: (entry.categories ?? []).map(({ label, term }) => label ?? term),
        language: entry.content?.xml?.lang ?? entry.xml?.lang,
      };
    }),
  };
}

function nameOf({ name, email }: { name?: string; email?: string }): string | undefined {
  return name ?? email;
}

/** A text construct (RFC 4287 section 3.1); links in it are absolute already where an xml:base is in scope. */
function markup(construct: { value?: string; type?: string } | undefined, base: string): string | undefined {
  return construct?.value === undefined ? undefined : absoluteLinks(construct.value, base);
}

/** RFC 4287 section 4.1.3: text by default; other media types and content elsewhere are no article in the feed. */
function contentAsHtml(
  content: { value?: string; type?: string; src?: string } | undefined,
  base: string | undefined,
): string | undefined {
  const type = content?.type?.toLowerCase().split(';')[0]?.trim() ?? 'text';
  if (content?.value === undefined) return undefined;
  if (['html', 'xhtml', 'text/html', 'application/xhtml+xml'].includes(type)) {
    return base === undefined ? content.value : absoluteLinks(content.value, base);
  }
  return type === 'text' || type === 'text/plain' ? escapeText(content.value) : undefined;
}
