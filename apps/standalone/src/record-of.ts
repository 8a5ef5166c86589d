import type { ArticleRecord } from '@newsmill/contracts';
import type { PublisherRules } from '@newsmill/extraction';
import { annotate, readDocument } from '@newsmill/record';
import { pageIdOf } from '@newsmill/web';

export type RecordOrReason = { record: ArticleRecord } | { reason: string };

/**
 * The record that the pipeline would make of a page, without the pipeline.
 * @param publishers rules as the parser has them; none: the generic road alone
 */
export function recordOf(html: string, url: string, now: Date, publishers?: PublisherRules): RecordOrReason {
  const found = readDocument(
    {
      receiptId: 'none',
      origin: { mode: 'push', source: 'command' },
      pageId: pageIdOf({ url }),
      url: { original: url, final: url },
      mediaType: 'text/html',
      content: html,
      fetchedAt: now.toISOString(),
    },
    publishers,
  );
  return found.ok ? { record: annotate(found.version.record) } : { reason: found.reason };
}
