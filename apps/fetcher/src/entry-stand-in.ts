import { createHash } from 'node:crypto';
import { pageFetched } from '@newsmill/contracts';
import { emit, type Outcome, type Reject } from '@newsmill/stage';
import { InvalidUrl, pageIdOf } from '@newsmill/web';
import type { fetch } from './fetch.stage.js';
import type { Visit } from './revisits/page-visits.js';

/** The page is there, but not for us: a login, payment, a refusal. What is missing or gone is no such answer. */
const WITHHELD: ReadonlySet<number> = new Set([401, 402, 403]);

/** Under which a page is remembered that has only been stood in for. */
const DIGEST_OF_NOTHING = createHash('sha256').update('').digest('hex');

/**
 * The outcome of a link whose page cannot be had, although nobody says that it is gone: the page without content, for
 * which the parser takes what its feed entry delivered. The rejection stays where the entry delivered nothing, where the
 * status says anything else, and at a revisit of a page that has been read: what was read is better than its entry.
 *
 * Its address is the one linked: a refusal may come from the address of a login, which is no article's.
 *
 * @param rejected why the page cannot be had
 * @param status of the answer; `undefined`: it may not be asked for (robots.txt)
 */
export function orEntry(
  { link, original, page }: Visit,
  rejected: Reject,
  status: number | undefined,
  now: Date,
): Outcome<typeof fetch> {
  const wasRead = link.revisit !== undefined && page?.digest !== DIGEST_OF_NOTHING;
  const mayStandIn = (status === undefined || WITHHELD.has(status)) && !wasRead;
  const { receiptId, publisher, guid, origin, hints, restore, url } = link;
  const pageId = mayStandIn && hints?.content !== undefined ? idOf({ publisher, guid, url }) : undefined;
  if (pageId === undefined) return rejected;
  return emit(pageFetched, {
    receiptId,
    publisher,
    guid,
    origin,
    hints,
    restore,
    pageId,
    url: { original, final: url },
    mediaType: 'text/html',
    content: '',
    unavailable: rejected.reason,
    fetchedAt: now.toISOString(),
  });
}

function idOf({ publisher, guid, url }: Pick<Visit['link'], 'publisher' | 'guid' | 'url'>): string | undefined {
  try {
    return publisher !== undefined && guid !== undefined ? pageIdOf({ publisher, guid }) : pageIdOf({ url });
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
}
