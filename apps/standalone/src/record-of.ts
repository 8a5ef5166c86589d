import type { ArticleRecord } from '@newsmill/contracts';
import type { PublisherRules } from '@newsmill/extraction';
import { annotate, readDocument, sniffDocument } from '@newsmill/record';
import { pageIdOf } from '@newsmill/web';
import { NO_ADDRESS } from './no-address.js';

export type RecordOrReason = { record: ArticleRecord } | { reason: string };

/**
 * The record that the pipeline would make of a page or a newsroom's document, without the pipeline.
 * @param contentType as it was served; none: the content tells what it is, HTML where it tells nothing
 * @param publishers rules as the parser has them; none: the generic road alone
 */
export function recordOf(
  content: string,
  url: string,
  now: Date,
  publishers?: PublisherRules,
  contentType?: string,
): RecordOrReason {
  const mediaType = sniffDocument(content, contentType) ?? 'text/html';
  // A document names its own address, where it has one; a page stands at the address that it came from.
  const address = mediaType !== 'text/html' && url === NO_ADDRESS ? 'urn:newsmill:file' : url;
  const found = readDocument(
    {
      receiptId: 'none',
      origin: { mode: 'push', source: 'command' },
      pageId: pageIdOf({ url }),
      url: { original: address, final: address },
      mediaType,
      content,
      fetchedAt: now.toISOString(),
    },
    publishers,
  );
  return found.ok ? { record: annotate(found.version.record) } : { reason: found.reason };
}
