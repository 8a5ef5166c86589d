import type { ReadableArticle } from '@mozilla/readability';
import type { Found } from './contestant.ts';
import { htmlToText } from './html-to-text.ts';

export function foundByReadability(article: ReadableArticle | null): Found {
  return {
    articleBody: htmlToText(article?.content ?? ''),
    title: article?.title ?? undefined,
    authors: article?.byline ?? undefined,
    datePublished: article?.publishedTime ?? undefined,
    language: article?.lang ?? undefined,
  };
}
