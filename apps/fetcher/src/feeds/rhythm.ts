import { fractionOf } from './fraction.js';

/** Milliseconds. */
export interface Bounds {
  /** For a feed of which little is known. */
  start: number;
  min: number;
  max: number;
}

/** What is known of a feed's activity; milliseconds since the epoch. */
export interface Rhythm {
  /** Since when the feed is watched. */
  since: number;
  /** When it had something new, newest first; never later than now. */
  activity: readonly number[];
}

/** How a feed asks to be polled. It may slow us, within the upper bound, and never make us faster. */
export interface Wishes {
  /** Least time between two looks, in milliseconds: `ttl`, the `sy:` rhythm, what HTTP says of freshness. */
  atLeast?: number | undefined;
  /** Hours of the day (0 to 23, UTC) in which it is not to be read (RSS 2.0 `skipHours`). */
  skipHours?: readonly number[];
  /** Days (0 is Sunday, UTC) on which it is not to be read (RSS 2.0 `skipDays`). */
  skipDays?: readonly number[];
}

/** Looks at a feed for each time that it is expected to have something new. */
const LOOKS = 2;

/** Moments that make a rhythm: two can lie close by chance. */
const ENOUGH = 3;

/** A look may be later by up to this part of its interval; which part is the feed's own. */
const JITTER = 0.1;

const HOUR_MS = 3_600_000;

/**
 * Milliseconds between looks that the feed's own rhythm asks for, before bounds and wishes. It is half of the shortest mean
 * gap over the last three moments, the last four, and so on, with the silence since the newest one counted in: something
 * new makes it shorter or leaves it, silence makes it longer. It depends on the arguments alone, so it cannot drift.
 */
export function ownInterval({ since, activity }: Rhythm, now: number, { start }: Bounds): number {
  if (activity.length < ENOUGH) {
    const watched = now - Math.min(since, ...activity);
    return Math.max(start, watched / (activity.length + 1) / LOOKS);
  }
  let gap = Infinity;
  for (let count = ENOUGH; count <= activity.length; count += 1) {
    gap = Math.min(gap, Math.max(0, now - activity[count - 1]!) / count);
  }
  return gap / LOOKS;
}

/**
 * When to look at a feed again that has answered: after its own interval, longer if it asks for it, never outside the
 * bounds, and later by a part that is the feed's own.
 *
 * @param feed names the feed
 * @returns milliseconds since the epoch, from `now + bounds.min` to `now + bounds.max`
 */
export function nextLook(feed: string, rhythm: Rhythm, wishes: Wishes, now: number, bounds: Bounds): number {
  const wanted = Math.max(ownInterval(rhythm, now, bounds), wishes.atLeast ?? 0, bounds.min);
  const steady = Math.min(wanted, bounds.max / (1 + JITTER));
  const interval = within(Math.round(steady * (1 + JITTER * fractionOf(feed))), bounds);
  return afterSkipped(now + interval, now + bounds.max, wishes);
}

function within(interval: number, { min, max }: Bounds): number {
  return Math.max(min, Math.min(interval, max));
}

/** The first time that is not to be skipped, at most `latest`. The minute within the hour stays, so that feeds stay spread. */
function afterSkipped(time: number, latest: number, { skipHours = [], skipDays = [] }: Wishes): number {
  if (skipHours.length === 0 && skipDays.length === 0) return time;
  for (let moved = time; moved <= latest; moved += HOUR_MS) {
    const date = new Date(moved);
    if (!skipHours.includes(date.getUTCHours()) && !skipDays.includes(date.getUTCDay())) return moved;
  }
  return latest;
}
