import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { activityOf, silentFrom, usualGap } from './activity.js';
import { fractionOf } from './fraction.js';
import { type Bounds, nextLook, ownInterval, type Rhythm, type Wishes } from './rhythm.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 24 * 3_600_000];
/** A Sunday. */
const NOW = Date.parse('2026-03-01T00:00:00Z');
const BOUNDS: Bounds = { start: 5 * MINUTE, min: MINUTE, max: 6 * HOUR };
const FEED = 'https://news.example/feed';

const every = (gap: number, count = 16, newest = NOW): number[] =>
  Array.from({ length: count }, (_, index) => newest - index * gap);

const past = fc.integer({ min: 0, max: 400 * DAY }).map((ago) => NOW - ago);
const rhythms: fc.Arbitrary<Rhythm> = fc.record({
  since: past,
  activity: fc.array(past, { maxLength: 30 }).map((times) => activityOf([], times, NOW)),
});
const wishes: fc.Arbitrary<Wishes> = fc.record({
  atLeast: fc.option(fc.integer({ min: 0, max: 30 * DAY }), { nil: undefined }),
  skipHours: fc.array(fc.integer({ min: 0, max: 23 })),
  skipDays: fc.array(fc.integer({ min: 0, max: 6 })),
});
const bounds: fc.Arbitrary<Bounds> = fc
  .tuple(
    ...([1, 1, 1].map(() => fc.integer({ min: 1_000, max: 2 * DAY })) as [
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
    ]),
  )
  .map((times) => times.sort((left, right) => left - right))
  .map(([min, start, max]) => ({ min: min, start: start, max: max }));

describe('the rhythm of a feed', () => {
  it.each([
    ['every ten minutes', 10 * MINUTE, [3, 5.5]],
    ['every hour', HOUR, [18, 33]],
    ['every four hours', 4 * HOUR, [75, 132]],
  ])('of one that has something new %s is about half of that', (_, gap, [least, most]) => {
    for (const silence of [0, gap / 2, gap]) {
      const look = nextLook(FEED, { since: NOW - 9 * DAY, activity: every(gap, 16, NOW - silence) }, {}, NOW, BOUNDS);
      expect((look - NOW) / MINUTE).toBeGreaterThanOrEqual(least!);
      expect((look - NOW) / MINUTE).toBeLessThanOrEqual(most!);
    }
  });

  it('starts at the start value while nothing is known', () => {
    expect(ownInterval({ since: NOW, activity: [] }, NOW, BOUNDS)).toBe(BOUNDS.start);
  });

  it('slows down with silence until the upper bound, and is awake again with the first news', () => {
    const activity = every(5 * MINUTE);
    const after = (silence: number) =>
      nextLook(FEED, { since: NOW, activity }, {}, NOW + silence, BOUNDS) - NOW - silence;
    expect(after(HOUR)).toBeGreaterThan(after(0));
    expect(after(DAY)).toBeGreaterThan(after(HOUR));
    expect(after(30 * DAY)).toBeGreaterThan(0.9 * BOUNDS.max);
    const woken = { since: NOW, activity: activityOf(activity, every(2 * MINUTE, 3, NOW + 30 * DAY), NOW + 30 * DAY) };
    expect(nextLook(FEED, woken, {}, NOW + 30 * DAY, BOUNDS) - NOW - 30 * DAY).toBeLessThan(3 * MINUTE);
  });

  it('never leaves its bounds, whatever the feed does and asks for', () => {
    fc.assert(
      fc.property(fc.string(), rhythms, wishes, bounds, (feed, rhythm, wish, bound) => {
        const wait = nextLook(feed, rhythm, wish, NOW, bound) - NOW;
        expect(wait).toBeGreaterThanOrEqual(bound.min);
        expect(wait).toBeLessThanOrEqual(bound.max);
        expect(Number.isSafeInteger(wait)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never slower for something new, and never faster for silence', () => {
    fc.assert(
      fc.property(rhythms, fc.integer({ min: 0, max: DAY }), (rhythm, later) => {
        const then = NOW + later;
        const idle = ownInterval(rhythm, then, BOUNDS);
        expect(idle).toBeGreaterThanOrEqual(ownInterval(rhythm, NOW, BOUNDS));
        const busier = { ...rhythm, activity: activityOf(rhythm.activity, [then], then) };
        expect(ownInterval(busier, then, BOUNDS)).toBeLessThanOrEqual(idle);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not drift: ten thousand looks at a steady feed keep to it, and the same facts give the same look', () => {
    let [now, newest, activity] = [NOW, NOW, [] as number[]];
    const rhythm = () => ({ since: NOW, activity });
    const waits: number[] = [];
    for (let look = 0; look < 10_000; look += 1) {
      const found: number[] = [];
      while (newest + HOUR <= now) found.push((newest += HOUR));
      activity = activityOf(activity, found, now);
      const next = nextLook(FEED, rhythm(), {}, now, BOUNDS);
      expect(nextLook(FEED, rhythm(), {}, now, BOUNDS)).toBe(next);
      waits.push(next - now);
      now = next;
    }
    const settled = waits.slice(100);
    expect(Math.min(...settled)).toBeGreaterThan(18 * MINUTE);
    expect(Math.max(...settled)).toBeLessThan(40 * MINUTE);
    const mean = (part: number[]) => part.reduce((sum, wait) => sum + wait, 0) / part.length;
    expect(mean(settled.slice(0, 4_000)) / mean(settled.slice(-4_000))).toBeCloseTo(1, 1);
  });

  it('spreads feeds of the same rhythm', () => {
    const activity = every(HOUR);
    const looks = Array.from({ length: 1_000 }, (_, feed) =>
      nextLook(`https://${feed}.example/`, { since: NOW, activity }, {}, NOW, BOUNDS),
    );
    expect(new Set(looks.map((look) => Math.floor((look - NOW) / 1_000))).size).toBeGreaterThan(60);
  });
});

describe('what a feed asks for', () => {
  const busy = { since: NOW - DAY, activity: every(MINUTE) };
  const wait = (wish: Wishes, now = NOW) => nextLook(FEED, busy, wish, now, BOUNDS) - now;

  it('slows us within the upper bound', () => {
    expect(wait({ atLeast: HOUR })).toBeGreaterThanOrEqual(HOUR);
    expect(wait({ atLeast: HOUR })).toBeLessThanOrEqual(1.1 * HOUR);
    expect(wait({ atLeast: 300 * DAY })).toBeLessThanOrEqual(BOUNDS.max);
  });

  it('never makes us faster', () => {
    const quiet = { since: NOW - 40 * DAY, activity: every(2 * HOUR) };
    expect(nextLook(FEED, quiet, { atLeast: 1 }, NOW, BOUNDS)).toBe(nextLook(FEED, quiet, {}, NOW, BOUNDS));
  });

  it('keeps us away in the hours and on the days that it names, as far as the upper bound allows', () => {
    expect(new Date(NOW + wait({ skipHours: [0, 1, 2] })).getUTCHours()).toBe(3);
    const saturday = NOW - 2 * HOUR;
    expect(new Date(saturday + wait({ skipDays: [6] }, saturday)).getUTCDay()).toBe(0);
    expect(wait({ skipDays: [0] })).toBe(BOUNDS.max);
    expect(wait({ skipHours: Array.from({ length: 24 }, (_, hour) => hour) })).toBe(BOUNDS.max);
  });
});

describe('activity', () => {
  it('keeps the newest moments, one a minute, and none of the future', () => {
    const moments = activityOf([NOW - HOUR], [NOW + DAY, NOW - 1, NOW - 2, NOW - 30 * DAY], NOW);
    expect(moments).toEqual([NOW, NOW - 1, NOW - HOUR, NOW - 30 * DAY]);
    expect(activityOf([], every(MINUTE, 500), NOW)).toEqual(every(MINUTE, 16));
  });

  it('is silent after some of its usual gaps, at the least the time given, and never without a rhythm', () => {
    const rule = { factor: 10, atLeastMs: DAY };
    expect(usualGap(every(4 * HOUR))).toBe(4 * HOUR);
    expect(silentFrom(every(4 * HOUR), rule)).toBe(NOW + 40 * HOUR);
    expect(silentFrom(every(MINUTE), rule)).toBe(NOW + DAY);
    expect(silentFrom([NOW, NOW - HOUR], rule)).toBeUndefined();
  });
});

describe('fractionOf', () => {
  it('is even and the same for the same feed', () => {
    const fractions = Array.from({ length: 10_000 }, (_, feed) => fractionOf(`https://${feed}.example/`));
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => fractions.filter((f) => Math.floor(f * 10) === tenth).length,
    );
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect(fractionOf(FEED)).toBe(fractionOf(FEED));
    expect(fractionOf('a', 'bc')).not.toBe(fractionOf('ab', 'c'));
  });
});
