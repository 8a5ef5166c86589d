import Parser, { type ParsedArticle } from '@postlight/parser';
import type { Contestant } from '../contestant.ts';
import { htmlToText } from '../html-to-text.ts';

/** Without the further pages of an article, which it would fetch. */
export const postlight: Contestant<ParsedArticle> = {
  async extract({ html, url }) {
    const result = await Parser.parse(url, { html, fetchAllPages: false });
    if (result.error) throw new Error(result.message ?? 'no article');
    return result;
  },
  found: ({ content, title, author, date_published: published }) => ({
    articleBody: htmlToText(content ?? ''),
    title: title ?? undefined,
    authors: author ?? undefined,
    datePublished: published ?? undefined,
  }),
};
