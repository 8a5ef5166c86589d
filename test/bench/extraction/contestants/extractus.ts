import { extractFromHtml, type ArticleData } from '@extractus/article-extractor';
import type { Contestant } from '../contestant.ts';
import { htmlToText } from '../html-to-text.ts';

export const extractus: Contestant<ArticleData | null> = {
  extract: ({ html, url }) => extractFromHtml(html, url),
  found: (article) => ({
    articleBody: htmlToText(article?.content ?? ''),
    title: article?.title,
    authors: article?.author,
    datePublished: article?.published,
  }),
};
