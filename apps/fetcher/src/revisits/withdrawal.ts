import { type EventOf, pageFetched } from '@newsmill/contracts';
import { pageIdOf } from '@newsmill/web';
import type { KnownPage } from '../entities/page.entity.js';

/** ninjs has no registered media type. */
const NINJS = 'application/vnd.iptc.ninjs+json';

/**
 * The withdrawal of the article of a page that is gone: a canceled ninjs 3.1 item under the page's identity. The HTTP
 * status stands with it, so that it can be told from a kill that the publisher sent.
 */
export function withdrawalOf(
  page: KnownPage & { withdrawnAt: Date },
  receiptId: string,
  status: number,
  now: Date,
): EventOf<typeof pageFetched> {
  const { url, publisher, guid, origin } = page.link;
  const versionCreated = page.withdrawnAt.toISOString();
  return {
    receiptId,
    publisher,
    guid,
    origin,
    pageId:
      publisher !== undefined && guid !== undefined ? pageIdOf({ publisher, guid }) : pageIdOf({ url: page.finalUrl }),
    url: { original: url, final: page.finalUrl },
    mediaType: NINJS,
    content: JSON.stringify({
      uri: page.finalUrl,
      type: 'text',
      pubStatus: 'canceled',
      versionCreated,
      edNote: `the page answers ${status} (${status === 410 ? 'gone' : 'not found'}): ${page.goneCount} visits since ${page.firstGoneAt?.toISOString() ?? versionCreated}`,
    }),
    status,
    fetchedAt: now.toISOString(),
  };
}
