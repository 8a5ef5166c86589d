import type { FetchedResource } from '@newsmill/outbound';
import { tryNormalizeUrl } from '@newsmill/web';
import type { Feed } from '../entities/feed.entity.js';

/** Times that a permanent redirect must be seen before the feed's address is changed. */
const CONFIRMATIONS = 3;

/** Least milliseconds between two of them: a faulty deployment redirects as well. */
const APART_MS = 3_600_000;

/** What is known of a feed's move. */
export type MoveState = Pick<Feed, 'movedTo' | 'movesSeen' | 'moveSeenAt'>;

export const NOT_MOVING: MoveState = { movedTo: null, movesSeen: 0, moveSeenAt: null };

export interface MoveSeen {
  state: MoveState;
  /** The move is certain: the feed stands at `state.movedTo` from now on. */
  isCertain: boolean;
  /** Why it is not believed; told once for each target. */
  objection?: string;
}

/**
 * What an answer that brought the feed says of its move. 301 and 308 count (RFC 9110 section 15.4), 302 and 307 do not.
 * Another site is believed only when it shows what was known of the feed when it was first seen: domains are sold, and
 * log-in pages redirect. Later it proves nothing, for by then what it shows is known.
 *
 * @param isKnown the document is what was known, or lists an entry that was; `undefined`: there was none (304)
 */
export function moveSeen(
  feed: MoveState & { url: string },
  { movedTo }: Pick<FetchedResource, 'movedTo'>,
  isKnown: boolean | undefined,
  now: Date,
): MoveSeen {
  const target = movedTo === undefined ? undefined : tryNormalizeUrl(movedTo);
  if (target === undefined || target === feed.url) return { state: NOT_MOVING, isCertain: false };
  if (feed.movedTo === target) return again(feed, now);
  if (isKnown === undefined && isOtherSite(feed.url, target)) return { state: NOT_MOVING, isCertain: false };
  const objection = objectionTo(feed.url, target, isKnown);
  const state = { movedTo: target, movesSeen: objection === undefined ? 1 : 0, moveSeenAt: now };
  return { state, isCertain: false, ...(objection !== undefined && { objection }) };
}

/** The same move once more; one that was not believed stays so. */
function again({ movedTo, movesSeen, moveSeenAt }: MoveState, now: Date): MoveSeen {
  const isNext = movesSeen > 0 && moveSeenAt !== null && now.getTime() - moveSeenAt.getTime() >= APART_MS;
  const state = isNext ? { movedTo, movesSeen: movesSeen + 1, moveSeenAt: now } : { movedTo, movesSeen, moveSeenAt };
  return { state, isCertain: state.movesSeen >= CONFIRMATIONS };
}

function objectionTo(from: string, to: string, isKnown: boolean | undefined): string | undefined {
  if (from.startsWith('https:') && to.startsWith('http:')) return 'it would lose its encryption';
  if (isOtherSite(from, to) && isKnown !== true)
    return 'it is another site and lists nothing that is known of the feed';
  return undefined;
}

function isOtherSite(from: string, to: string): boolean {
  return siteOf(from) !== siteOf(to);
}

function siteOf(url: string): string {
  return new URL(url).hostname.replace(/^www\./, '');
}
