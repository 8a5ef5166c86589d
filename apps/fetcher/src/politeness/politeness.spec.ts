import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@newsmill/service';
import type { EventMeta } from '@newsmill/stage';
import { fetcherSettings } from '../fetcher.config.js';
import { deferralId, headersOf, journeyOf } from './deferral.js';
import { hostIntervalMs } from './host-interval.js';
import { productTokenOf, userAgentProblems } from './politeness.config.js';
import { retryAfterMs } from './retry-after.js';
import { freshMs, ROBOTS_MAX_AGE_MS, ROBOTS_MIN_AGE_MS } from './robots-freshness.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY = 24 * 3_600_000;

describe('Retry-After', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': ' 0 ' }, 0],
    [{ 'retry-after': '999999999' }, DAY],
    [{ 'retry-after': '99999999999999999999' }, undefined],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'Fri, 01 Mar 2999 12:00:00 GMT' }, DAY],
    // Its clock is an hour ahead of ours.
    [{ 'retry-after': 'Sun, 01 Mar 2026 13:01:00 GMT', date: 'Sun, 01 Mar 2026 13:00:00 GMT' }, 60_000],
  ])('%j is %s ms', (headers, wait) => {
    expect(retryAfterMs(headers, NOW)).toBe(wait);
  });
});

describe('how long a robots.txt is used', () => {
  it.each<[Record<string, string>, number]>([
    [{}, ROBOTS_MAX_AGE_MS],
    [{ 'cache-control': 'max-age=3600' }, 3_600_000],
    [{ 'cache-control': 'public, MAX-AGE="3600"' }, 3_600_000],
    [{ 'cache-control': 'max-age=3600', age: '600' }, 3_000_000],
    [{ 'cache-control': 'max-age=3600', age: 'old' }, 3_600_000],
    [{ 'cache-control': 'max-age=5' }, ROBOTS_MIN_AGE_MS],
    [{ 'cache-control': 'no-store' }, ROBOTS_MIN_AGE_MS],
    [{ 'cache-control': 'max-age=99999999' }, ROBOTS_MAX_AGE_MS],
    [{ 'cache-control': 'max-age=' }, ROBOTS_MAX_AGE_MS],
  ])('%j: %s ms', (headers, expected) => {
    expect(freshMs(headers)).toBe(expected);
  });
});

describe('the user agent', () => {
  it.each([
    'newsmill/0.1 (+https://newsmill.example/bot)',
    'courier-bot (ops@courier.example)',
    'courier/2 mailto:ops@courier.example',
    'courier http://courier.example/about',
  ])('%s is one', (userAgent) => {
    expect(userAgentProblems({ userAgent })).toEqual([]);
  });

  it.each(['newsmill', 'newsmill/0.1', 'newsmill/0.1 (https://)', 'newsmill (@example)', 'newsmill (a@b)'])(
    '%s names no contact',
    (userAgent) => {
      expect(userAgentProblems({ userAgent })).toEqual([
        expect.stringMatching(/^NEWSMILL_USER_AGENT: must name a contact: .*, not "/),
      ]);
    },
  );

  it('begins with a name that a robots.txt can call', () => {
    expect(userAgentProblems({ userAgent: '007 (+https://x.example/)' })[0]).toContain('product name');
    expect(productTokenOf('Courier_News-Bot/1.0 (x)')).toBe('Courier_News-Bot');
    expect(productTokenOf('bot9/1.0')).toBeUndefined();
  });
});

describe('the settings', () => {
  const load = (environment: Record<string, string>) => loadSettings(fetcherSettings, environment);

  it('know the directives that count', () => {
    expect([...load({}).robotsDirectives]).toEqual(['noarchive', 'unavailable_after']);
    expect([...load({ NEWSMILL_ROBOTS_DIRECTIVES: 'off' }).robotsDirectives]).toEqual([]);
    expect(() => load({ NEWSMILL_ROBOTS_DIRECTIVES: 'noindex,nofollow' })).toThrow(/NEWSMILL_ROBOTS_DIRECTIVES/);
  });

  it('give each host its interval', () => {
    const settings = load({ NEWSMILL_HOST_INTERVAL: '1000', NEWSMILL_CRAWL_DELAY_MAX: '30s' });
    const of = (url: string, crawlDelayMs?: number) => hostIntervalMs(new URL(url), settings, crawlDelayMs);
    expect(of('https://a.example/')).toBe(1_000);
    expect([of('https://a.example/', 500), of('https://a.example/', 5_000)]).toEqual([1_000, 5_000]);
    expect(of('https://a.example/', 3_600_000)).toBe(30_000);
    expect(['http://127.0.0.1:8080/', 'http://[::1]/', 'http://localhost/'].map((url) => of(url))).toEqual([0, 0, 0]);
    expect(of('http://127.0.0.1/', 2_000)).toBe(2_000);
    expect(of('http://127.0.0.1.a.example/')).toBe(1_000);
  });
});

describe('the journey of a deferred link', () => {
  const meta = (headers: Record<string, string> = {}, extra: Partial<EventMeta> = {}): EventMeta => ({
    id: 'e',
    source: '/s',
    topic: 't',
    partition: 0,
    offset: 0n,
    timestamp: 0,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])),
    ...extra,
  });
  const link = { receiptId: 'r', origin: { mode: 'feed' as const, source: 's' }, url: 'https://a.example/1' };
  const deferral = (of: EventMeta, tries = 2) => ({
    link: { ...link, host: 'a.example', discoveredAt: NOW.toISOString() },
    meta: of,
    until: NOW,
    reason: '',
    journey: { since: NOW, tries, at: 'https://a.example/2', isPlain: true },
  });

  it('goes with it in a header, beside its own', () => {
    const headers = headersOf(deferral(meta({ ce_id: 'e' })));
    expect(headers['ce_id']?.toString()).toBe('e');
    const later = new Date(NOW.getTime() + DAY);
    const journey = { since: NOW, tries: 2, at: 'https://a.example/2', isPlain: true };
    expect(journeyOf({ ...meta(), headers }, later)).toEqual(journey);
  });

  it('begins anew after a redrive or by a replay, and where the header is no journey', () => {
    const headers = headersOf(deferral(meta()));
    const redriven = { ...headers, newsmill_redrives: Buffer.from('1') };
    expect(journeyOf({ ...meta(), headers: redriven }, NOW)).toEqual({ since: NOW, tries: 0 });
    expect(journeyOf({ ...meta({}, { replay: 'x' }), headers }, NOW)).toEqual({ since: NOW, tries: 0 });
    for (const odd of ['', '{', '{}', '[]', 'null', '{"since":"x","tries":1,"way":"0/"}']) {
      expect(journeyOf(meta({ newsmill_deferral: odd }), NOW)).toEqual({ since: NOW, tries: 0 });
    }
  });

  it('has one id for one event', () => {
    const id = deferralId(deferral(meta()));
    expect(deferralId(deferral(meta({}, { offset: 9n, partition: 3 })))).toBe(id);
    expect(deferralId(deferral(meta({}, { replay: 'x' })))).not.toBe(id);
    expect(deferralId(deferral(meta({}, { id: 'f' })))).not.toBe(id);
  });
});
