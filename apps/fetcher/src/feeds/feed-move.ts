import type { FetchedResource } from '@newsmill/outbound';
import { InvalidUrl, normalizeUrl } from '@newsmill/web';
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
 * Another site is believed only when it shows what is known of the feed: domains are sold, and log-in pages redirect.
 *
 * @param isKnown the answer is what was known, or lists an entry that was
 */
export function moveSeen(
  feed: MoveState & { url: string },
  { movedTo }: Pick<FetchedResource, 'movedTo'>,
  isKnown: boolean,
  now: Date,
): MoveSeen {
  const target = movedTo === undefined ? undefined : normalized(movedTo);
  if (target === undefined || target === feed.url) return { state: NOT_MOVING, isCertain: false };
  const before = feed.movedTo === target ? feed : { ...NOT_MOVING, movedTo: target };
  const objection = objectionTo(feed.url, target, isKnown);
  if (objection !== undefined) {
    return {
      state: { movedTo: target, movesSeen: before.movesSeen, moveSeenAt: before.moveSeenAt },
      isCertain: false,
      ...(feed.movedTo !== target && { objection }),
    };
  }
  const isNext = before.moveSeenAt === null || now.getTime() - before.moveSeenAt.getTime() >= APART_MS;
  const movesSeen = before.movesSeen + (isNext ? 1 : 0);
  return {
    state: { movedTo: target, movesSeen, moveSeenAt: isNext ? now : before.moveSeenAt },
    isCertain: movesSeen >= CONFIRMATIONS,
  };
}

function objectionTo(from: string, to: string, isKnown: boolean): string | undefined {
  if (from.startsWith('https:') && to.startsWith('http:')) return 'it would lose its encryption';
  if (siteOf(from) !== siteOf(to) && !isKnown) return 'it is another site and lists nothing that is known of the feed';
  return undefined;
}

function siteOf(url: string): string {
  return new URL(url).hostname.replace(/^www\./, '');
}

function normalized(url: string): string | undefined {
  try {
    return normalizeUrl(url);
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
}
