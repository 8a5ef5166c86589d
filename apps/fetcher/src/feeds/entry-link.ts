import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import { deterministicId } from '@newsmill/stage';
import { hostOf, InvalidUrl, normalizeUrl } from '@newsmill/web';
import type { ListedPage } from './listed-page.js';

export type Link = EventOf<typeof linkDiscovered>;

/** A listed page as it is put on the log and remembered. */
export interface EntryLink {
  link: Link;
  /** What is said of its last change. */
  updated: string;
  /** When it was changed or published, in milliseconds since the epoch; absent when nobody says. */
  time?: number;
}

/**
 * A listed page as link; `undefined` when its address cannot be fetched.
 * @param feed its `name` makes the receipts and stays when the feed moves, its `url` is shown as origin
 */
export function linkOf(feed: { name: string; url: string }, page: ListedPage, now: Date): EntryLink | undefined {
  let url: string;
  try {
    url = normalizeUrl(page.url);
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
  const { updated, hints } = page;
  const time = Date.parse(page.time ?? '');
  const link: Link = {
    receiptId: deterministicId('feed', feed.name, url, updated),
    origin: { mode: 'feed', source: feed.url },
    url,
    host: hostOf(url),
    discoveredAt: now.toISOString(),
    hints,
  };
  return { link, updated, ...(!Number.isNaN(time) && { time }) };
}
