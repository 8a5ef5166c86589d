import type { articleParsed, EventOf, Hints, pageFetched } from '@newsmill/contracts';
import { extractArticle, type PageInput, type PublisherRules } from '@newsmill/extraction';
import { toArticleVersion } from './article-version.js';
import { withEntryContent } from './entry-document.js';
import { type NewsroomMediaType, readItem } from './formats.js';
import { toItemVersion } from './items/item-version.js';
import type { Problem } from './items/newsroom-item.js';

type PageFetched = EventOf<typeof pageFetched>;

/** The version of an article that a document holds, or why it holds none. */
export type Reading =
  | { ok: true; version: EventOf<typeof articleParsed> }
  | {
      ok: false;
      reason: string;
      /** What was wrong at which place; absent for HTML. */
      problems?: Problem[];
    };

/**
 * Reads a document as its media type says. Pure and total: any text ends in a version or in a reason.
 * @param publishers rules for pages of single publishers; none: the generic road alone
 */
export function readDocument(page: PageFetched, publishers?: PublisherRules): Reading {
  if (page.mediaType !== 'text/html') return readNewsroomDocument(page, page.mediaType);
  const input = pageInput(page);
  const found = withEntryContent(input, page.hints, extractArticle(input, { publishers }));
  if (found.ok) return { ok: true, version: toArticleVersion(page, found.article) };
  const reason = found.detail === '' ? found.reason : `${found.reason}: ${found.detail}`;
  return {
    ok: false,
    reason: page.unavailable === undefined ? reason : `${page.unavailable}; its feed entry: ${reason}`,
  };
}

function readNewsroomDocument(page: PageFetched, mediaType: NewsroomMediaType): Reading {
  const item = readItem(page.content, mediaType);
  const found = item.ok ? toItemVersion(page, item.item) : item;
  if (found.ok) return found;
  const reason = found.problems.map(({ pointer, detail }) => `${pointer || 'document'}: ${detail}`).join('; ');
  return {
    ok: false,
    reason: reason.replace(/\s+/g, ' ').slice(0, MAX_REASON).toWellFormed(),
    problems: found.problems,
  };
}

/** Characters of a reason: it travels with the outcomes. */
const MAX_REASON = 1_000;

function pageInput({ content, url, fetchedAt, status, contentLanguage, hints }: PageFetched): PageInput {
  return {
    html: content,
    url: url.final,
    fetchedAt,
    ...(status !== undefined && { status }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    ...(hints !== undefined && { hints: definedOnly(hints) }),
  };
}

function definedOnly(hints: Hints): NonNullable<PageInput['hints']> {
  return {
    ...(hints.title !== undefined && { title: hints.title }),
    ...(hints.published !== undefined && { published: hints.published }),
  };
}
