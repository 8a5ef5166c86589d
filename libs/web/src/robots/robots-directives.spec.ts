import { describe, expect, it } from '@jest/globals';
import { joinDirectives, readRobotsMeta, readRobotsTag, type RobotsDirectives } from './robots-directives.js';

const none = { noindex: false, noarchive: false, nosnippet: false, unavailableAfter: undefined };
const JUNE = Date.parse('2026-06-25T15:00:00Z');

describe('X-Robots-Tag', () => {
  it.each<[string | undefined, Partial<RobotsDirectives>]>([
    [undefined, {}],
    ['', {}],
    ['all', {}],
    ['noindex', { noindex: true }],
    ['NoIndex, NOARCHIVE', { noindex: true, noarchive: true }],
    ['none', { noindex: true }],
    ['nocache', { noarchive: true }],
    ['nosnippet, max-snippet: 20, max-image-preview:large', { nosnippet: true }],
    ['googlebot: noindex', {}],
    ['newsmill: noindex', { noindex: true }],
    ['NEWSMILL: noarchive, noindex', { noarchive: true, noindex: true }],
    ['googlebot: noindex, noarchive, newsmill: nosnippet', { nosnippet: true }],
    ['noarchive, googlebot: noindex', { noarchive: true }],
    ['unavailable_after: 25 Jun 2026 15:00:00 GMT', { unavailableAfter: JUNE }],
    ['unavailable_after: Thu, 25 Jun 2026 15:00:00 GMT, noindex', { unavailableAfter: JUNE, noindex: true }],
    ['unavailable_after: Thursday, 25-Jun-26 15:00:00 GMT', { unavailableAfter: JUNE }],
    ['unavailable_after: 2026-06-25T15:00:00Z', { unavailableAfter: JUNE }],
    ['otherbot: unavailable_after: 25 Jun 2026 15:00:00 GMT', {}],
    ['newsmill: unavailable_after: 25 Jun 2026 15:00:00 GMT', { unavailableAfter: JUNE }],
    ['unavailable_after: some day', {}],
    [`${'x,'.repeat(1_000_000)}noindex`, {}],
  ])('%s', (value, found) => {
    expect(readRobotsTag(value, 'newsmill')).toEqual({ ...none, ...found });
  });
});

describe('meta elements', () => {
  it.each<[string, Partial<RobotsDirectives>]>([
    ['<meta name="robots" content="noarchive">', { noarchive: true }],
    ["<META CONTENT='noindex,noarchive' NAME='ROBOTS' />", { noindex: true, noarchive: true }],
    ['<meta name=robots content=noindex>', { noindex: true }],
    ['<meta\nname = "newsmill"\n content = "nosnippet" >', { nosnippet: true }],
    ['<meta name="googlebot" content="noindex">', {}],
    ['<meta property="robots" content="noindex">', {}],
    ['<!-- <meta name="robots" content="noindex"> -->', {}],
    ['<script>"<meta name=robots content=noindex>"</script><meta name=robots content=noarchive>', { noarchive: true }],
    ['<title><meta name="robots" content="noindex"></title>', {}],
    ['\u0130\u0130\u0130<meta name="robots" content="noindex">', { noindex: true }],
    ['<meta name="robots" content="index"><meta name="robots" content="noarchive">', { noarchive: true }],
    ['<meta name="robots" content="unavailable_after: 25 Jun 2026 15:00:00 GMT">', { unavailableAfter: JUNE }],
    ['<metadata name="robots" content="noindex">', {}],
    ['<meta name="robots" content="noindex', {}],
    ['<meta', {}],
  ])('%s', (html, found) => {
    expect(readRobotsMeta(html, 'newsmill')).toEqual({ ...none, ...found });
  });

  it('reads hostile markup in one pass', () => {
    const hostile = ['<meta ', '<meta a=', '<meta a="', "<meta a='", '<!--', '<script>', '<meta \t\t'];
    for (const piece of hostile) expect(readRobotsMeta(piece.repeat(60_000), 'newsmill')).toEqual(none);
  });
});

describe('both together', () => {
  it('keeps the stricter', () => {
    const header = readRobotsTag('unavailable_after: 2027-01-01T00:00:00Z, noarchive', 'newsmill');
    const meta = readRobotsTag('unavailable_after: 25 Jun 2026 15:00:00 GMT, noindex', 'newsmill');
    const joined = { noindex: true, noarchive: true, nosnippet: false, unavailableAfter: JUNE };
    expect(joinDirectives(header, meta)).toEqual(joined);
    expect(joinDirectives(meta, header)).toEqual(joined);
  });
});
