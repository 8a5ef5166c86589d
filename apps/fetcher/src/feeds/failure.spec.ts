import { describe, expect, it } from '@jest/globals';
import { NotAFeed } from '@newsmill/feeds';
import { OutboundError } from '@newsmill/outbound';
import fc from 'fast-check';
import { delayAfter, failureClasses, failureOf, failureOfStatus } from './failure.js';
import { freshFor, retryAfter } from './http-times.js';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 24 * 3_600_000];
const NOW = Date.parse('2026-03-01T12:00:00Z');
const FEED = 'https://news.example/feed';
const answer = (status: number, headers: Record<string, string> = {}) =>
  failureOfStatus({ url: FEED, redirects: [], status, headers, body: new Uint8Array() }, NOW);

describe('a failure', () => {
  it.each([
    [410, {}, 'gone'],
    [404, {}, 'http-4xx'],
    [403, {}, 'http-4xx'],
    [429, {}, 'throttled'],
    [503, { 'retry-after': '120' }, 'throttled'],
    [503, {}, 'http-5xx'],
    [500, {}, 'http-5xx'],
    [204, {}, 'http-4xx'],
  ])('of status %i with %o is %s', (status, headers, failureClass) => {
    expect(answer(status, headers).failureClass).toBe(failureClass);
  });

  it('is told apart by what the client and the parser say; other errors are not the feed’s', () => {
    const ofKind = (kind: OutboundError['kind']) => failureOf(new OutboundError(kind, FEED, 'x'))?.failureClass;
    expect(ofKind('blocked-address')).toBe('blocked-by-policy');
    expect(ofKind('redirect-loop')).toBe('redirect');
    expect(ofKind('timeout')).toBe('timeout');
    expect(ofKind('too-large')).toBe('too-large');
    expect(failureOf(new NotAFeed(FEED, 'an HTML page'))?.failureClass).toBe('not-a-feed');
    expect(failureOf(new Error('the database is down'))).toBeUndefined();
  });

  it('waits longer each time, up to a day, and never less than the feed’s interval', () => {
    const wait = (failures: number, failureClass: 'timeout' | 'not-a-feed' = 'timeout') =>
      delayAfter({ failureClass }, { feed: FEED, failures, interval: 5 * MINUTE });
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => wait(failures));
    expect(waits).toEqual([...waits].sort((left, right) => left - right));
    expect(waits[0]).toBeLessThanOrEqual(5.5 * MINUTE);
    expect(wait(100)).toBeLessThanOrEqual(DAY);
    expect(wait(100)).toBeGreaterThan(0.9 * DAY);
    expect(wait(1, 'not-a-feed')).toBeGreaterThanOrEqual(HOUR);
    fc.assert(
      fc.property(
        fc.constantFrom(...failureClasses.filter((failureClass) => failureClass !== 'gone')),
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1_000, max: 7 * DAY }),
        fc.option(fc.integer({ min: 0, max: 1e15 }), { nil: undefined }),
        (failureClass, failures, interval, asked) => {
          const failure = { failureClass, ...(asked !== undefined && { retryAfter: asked }) };
          const delay = delayAfter(failure, { feed: FEED, failures, interval });
          expect(delay).toBeGreaterThanOrEqual(interval);
          expect(delay).toBeLessThanOrEqual(Math.max(DAY, interval));
          expect(delay).toBeGreaterThanOrEqual(Math.min(asked ?? 0, DAY));
        },
      ),
    );
  });

  it('of a feed that is gone has it looked at rarely', () => {
    const delay = delayAfter({ failureClass: 'gone' }, { feed: FEED, failures: 1, interval: MINUTE });
    expect(delay).toBeGreaterThanOrEqual(30 * DAY);
    expect(delay).toBeLessThanOrEqual(33 * DAY);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sun, 01 Mar 2026 12:10:00 GMT', 10 * MINUTE],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['99999999999999999999', 2 ** 31 * 1_000],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('%j is %p', (text, expected) => {
    expect(retryAfter({ 'retry-after': text }, NOW)).toBe(expected);
  });
});

describe('freshness', () => {
  it.each([
    [{ 'cache-control': 'max-age=600' }, 10 * MINUTE],
    [{ 'cache-control': 'public, Max-Age="600"' }, 10 * MINUTE],
    [{ 'cache-control': 'max-age=600, max-age=9' }, 10 * MINUTE],
    [{ 'cache-control': 'max-age=600', age: '540' }, MINUTE],
    [{ 'cache-control': 'max-age=600', age: '700' }, undefined],
    [{ 'cache-control': 'no-cache, max-age=600' }, undefined],
    [{ 'cache-control': 'max-age=0' }, undefined],
    [{ 'cache-control': 'max-age=x' }, undefined],
    [{ expires: 'Sun, 01 Mar 2026 12:10:00 GMT', date: 'Sun, 01 Mar 2026 12:00:00 GMT' }, 10 * MINUTE],
    [{ expires: 'Sun, 01 Mar 2026 12:10:00 GMT' }, 10 * MINUTE],
    [{ 'cache-control': 'max-age=60', expires: 'Sun, 01 Mar 2026 12:10:00 GMT' }, MINUTE],
    [{ expires: '0' }, undefined],
    [{}, undefined],
  ])('of %o is %p', (headers, expected) => {
    expect(freshFor(headers as Record<string, string>, NOW)).toBe(expected);
  });
});
