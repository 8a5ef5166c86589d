import type { ArticleRecord } from '@newsmill/contracts';
import { annotate } from '@newsmill/enricher';
import { extractArticle, type PublisherRules } from '@newsmill/extraction';
import { toArticleVersion } from '@newsmill/parser';
import { pageIdOf } from '@newsmill/web';

export type RecordOrReason = { record: ArticleRecord } | { reason: string };

/**
 * The record that the pipeline would make of a page, without the pipeline.
 * @param publishers rules as the parser has them; none: the generic road alone
 */
export function recordOf(html: string, url: string, now: Date, publishers?: PublisherRules): RecordOrReason {
  const found = extractArticle({ html, url, fetchedAt: now.toISOString() }, { publishers });
  if (!found.ok) return { reason: `${found.reason}: ${found.detail}` };
  const { record } = toArticleVersion(
    {
      receiptId: 'none',
      origin: { mode: 'push', source: 'command' },
      pageId: pageIdOf({ url }),
      url: { original: url, final: url },
      mediaType: 'text/html',
      content: html,
      fetchedAt: now.toISOString(),
    },
    found.article,
  );
  return { record: annotate(record) };
}
