/** Moments kept of a feed: enough to know its rhythm, few enough to follow its changes. */
const KEPT = 16;

/** What a feed published within one minute is one moment: a batch says nothing about when the next one comes. */
const MOMENT_MS = 60_000;

/**
 * When a feed had something new: the newest moments, newest first, at most {@link KEPT}, at most one a minute. Times that
 * lie after `now` count as now: a feed cannot look busier by dating its entries ahead.
 *
 * @param times milliseconds since the epoch
 */
export function activityOf(known: readonly number[], times: readonly number[], now: number): number[] {
  const moments: number[] = [];
  const sorted = [...known, ...times.map((time) => Math.min(time, now))].sort((left, right) => right - left);
  let minute = Infinity;
  for (const time of sorted) {
    if (Math.floor(time / MOMENT_MS) === minute) continue;
    minute = Math.floor(time / MOMENT_MS);
    if (moments.push(time) === KEPT) break;
  }
  return moments;
}

/** Milliseconds between two moments as a rule; `undefined` while fewer than three are known. */
export function usualGap(activity: readonly number[]): number | undefined {
  if (activity.length < 3) return undefined;
  return (activity[0]! - activity.at(-1)!) / (activity.length - 1);
}

/** When a feed of this activity counts as silent, should nothing new come; `undefined` while its rhythm is not known. */
export function silentFrom(
  activity: readonly number[],
  { factor, atLeastMs }: { factor: number; atLeastMs: number },
): number | undefined {
  const gap = usualGap(activity);
  return gap === undefined ? undefined : activity[0]! + Math.max(factor * gap, atLeastMs);
}
