import { type Hints, MAX_ENTRY_CONTENT_BYTES } from '@newsmill/contracts';
import type { FeedEntry, SitemapEntry } from '@newsmill/feeds';

/** Names that an article has at most; a feed that lists more means something else. */
const MAX_AUTHORS = 20;
/** Characters of a line: titles, names, dates. */
const MAX_LINE = 1_000;

/**
 * What a feed entry says of its article, to travel with the link. Content over the limit stays away: half of an article
 * is none, and the page is still there.
 */
export function hintsOfEntry(entry: FeedEntry): Hints {
  const { title, published, updated, language, authors, contentHtml } = entry;
  return {
    ...line('title', title),
    ...line('published', published?.raw),
    ...line('updated', updated?.raw),
    ...line('language', language),
    ...(authors !== undefined && { authors: authors.slice(0, MAX_AUTHORS).map(cut) }),
    ...(contentHtml !== undefined && fits(contentHtml) && { content: contentHtml.toWellFormed() }),
  };
}

/** What a sitemap says: of news its title and time, of other pages nothing. `lastmod` is no time of an article. */
export function hintsOfSitemapEntry({ news }: SitemapEntry): Hints {
  return {
    ...line('title', news?.title),
    ...line('published', news?.published?.raw),
    ...line('language', news?.language),
  };
}

function line(name: 'title' | 'published' | 'updated' | 'language', value: string | undefined): Hints {
  return value === undefined ? {} : { [name]: cut(value) };
}

function cut(text: string): string {
  return text.slice(0, MAX_LINE).toWellFormed();
}

function fits(content: string): boolean {
  return content.length <= MAX_ENTRY_CONTENT_BYTES && Buffer.byteLength(content) <= MAX_ENTRY_CONTENT_BYTES;
}
