import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import type { FeedEntry } from '@newsmill/feeds';
import { deterministicId } from '@newsmill/stage';
import { hostOf, InvalidUrl, normalizeUrl } from '@newsmill/web';
import { hintsOfEntry } from '../entry-hints.js';

export type Link = EventOf<typeof linkDiscovered>;

/** An entry as it is put on the log and remembered. */
export interface EntryLink {
  link: Link;
  /** What the feed says of its last change. */
  updated: string;
  /** When it was changed or published, in milliseconds since the epoch; absent when the feed does not say. */
  time?: number;
}

/**
 * A feed entry as link; `undefined` when its address cannot be fetched.
 * @param feed its `name` makes the receipts and stays when the feed moves, its `url` is shown as origin
 */
export function linkOf(feed: { name: string; url: string }, entry: FeedEntry, now: Date): EntryLink | undefined {
  let url: string;
  try {
    url = normalizeUrl(entry.url);
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
  const published = entry.published?.raw;
  const updated = entry.updated?.raw ?? published ?? '';
  const time = Date.parse(entry.updated?.iso ?? entry.published?.iso ?? '');
  const link: Link = {
    receiptId: deterministicId('feed', feed.name, url, updated),
    origin: { mode: 'feed', source: feed.url },
    url,
    host: hostOf(url),
    discoveredAt: now.toISOString(),
    hints: hintsOfEntry(entry),
  };
  return { link, updated, ...(!Number.isNaN(time) && { time }) };
}
