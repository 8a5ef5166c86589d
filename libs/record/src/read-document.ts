import type { articleParsed, EventOf, pageFetched } from '@newsmill/contracts';
import { extractArticle, type PageInput, type PublisherRules } from '@newsmill/extraction';
import { toArticleVersion } from './article-version.js';

type PageFetched = EventOf<typeof pageFetched>;

/** The version of an article that a document holds, or why it holds none. */
export type Reading = { ok: true; version: EventOf<typeof articleParsed> } | { ok: false; reason: string };

/**
 * Reads a document as its media type says.
 * @param publishers rules for pages of single publishers; none: the generic road alone
 */
export function readDocument(page: PageFetched, publishers?: PublisherRules): Reading {
  const found = extractArticle(pageInput(page), { publishers });
  if (found.ok) return { ok: true, version: toArticleVersion(page, found.article) };
  return { ok: false, reason: found.detail === '' ? found.reason : `${found.reason}: ${found.detail}` };
}

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

function definedOnly(hints: { title?: string | undefined; published?: string | undefined }): {
  title?: string;
  published?: string;
} {
  return {
    ...(hints.title !== undefined && { title: hints.title }),
    ...(hints.published !== undefined && { published: hints.published }),
  };
}
