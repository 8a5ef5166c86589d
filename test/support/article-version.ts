import type { articleEnriched, EventOf } from '@newsmill/contracts';
import { readDocument } from '@newsmill/record';
import { pageIdOf } from '@newsmill/web';
import { articlePage } from './test-site.ts';

/** One version of an article as the store reads it. */
export function articleVersion(number: number): EventOf<typeof articleEnriched> {
  const url = `https://courier.example/${number}`;
  const html = articlePage(number);
  const found = readDocument({
    receiptId: `receipt-${number}`,
    origin: { mode: 'push', source: 'courier' },
    pageId: pageIdOf({ url }),
    url: { original: url, final: url },
    mediaType: 'text/html',
    content: html,
    fetchedAt: new Date().toISOString(),
  });
  if (!found.ok) throw new Error(found.reason);
  return found.version;
}
