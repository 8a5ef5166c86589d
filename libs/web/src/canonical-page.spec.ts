import { describe, expect, it } from '@jest/globals';
import { canonicalObjection, judgeCanonical, variantByAddress, variantOf } from './canonical-page.js';
import { normalizeUrl } from './normalize-url.js';

describe('judgeCanonical', () => {
  it.each([
    ['the page itself', 'https://a.example/x?utm_source=y', 'https://a.example/x', 'https://a.example/x'],
    ['the first of its pages', 'https://a.example/x?page=2', 'https://a.example/x', 'https://a.example/x'],
    ['its desktop twin', 'https://m.a.example/x', 'https://www.a.example/x', 'https://www.a.example/x'],
    ['its twin without AMP', 'https://amp.a.example/x', 'https://a.example/x', 'https://a.example/x'],
    ['its twin on the screen', 'https://print.a.example/x', 'https://www.a.example/x', 'https://www.a.example/x'],
    ['a front page of a front page', 'https://www.a.example/?lang=en', 'https://a.example/', 'https://a.example/'],
  ])('believes %s', (_, page, declared, url) => {
    expect(judgeCanonical(page, declared)).toEqual({ believed: true, url });
  });

  it.each([
    ['a front page', 'https://a.example/x', 'https://a.example/', 'front-page'],
    ["another site's page", 'https://a.example/x', 'https://b.example/x', 'other-site'],
    ["another site's subdomain", 'https://blog.a.example/x', 'https://a.example/x', 'other-site'],
    ['a site whose name only ends like it', 'https://a.example/x', 'https://nota.example/x', 'other-site'],
    ['no web address', 'https://a.example/x', 'about:blank', 'not-an-address'],
    ['an address with credentials', 'https://a.example/x', 'https://u:p@a.example/x', 'not-an-address'],
  ])('does not believe %s', (_, page, declared, doubt) => {
    expect(judgeCanonical(page, declared)).toMatchObject({ believed: false, doubt });
  });
});

describe('variantOf', () => {
  const of = (page: string, canonical: string | undefined, isAmp = false) =>
    variantOf(page, { isAmp, ...(canonical !== undefined && { canonical }) });

  it.each([
    ['says that it is AMP', 'https://a.example/x.1', 'https://a.example/x', true, 'amp', false],
    ['has an AMP address', 'https://a.example/amp/x', 'https://a.example/x', false, 'amp', false],
    ['has an AMP parameter', 'https://a.example/x?amp', 'https://a.example/x', false, 'amp', false],
    ['has an AMP suffix', 'https://a.example/x.amp.html', 'https://a.example/x.html', false, 'amp', false],
    ['has a print parameter', 'https://a.example/x?print=1', 'https://a.example/x', false, 'print', false],
    ['has a print folder', 'https://a.example/x/print/', 'https://a.example/x', false, 'print', false],
    ['is AMP of another site', 'https://a.example/x', 'https://b.example/x', true, 'amp', true],
  ])('a page that %s', (_, page, canonical, isAmp, kind, needsAgreement) => {
    expect(of(page, canonical, isAmp)).toEqual({ kind, canonical, needsAgreement });
  });

  it.each([
    ['declares no other address', 'https://a.example/amp/x', undefined, true],
    ['is about amplifiers, and its own', 'https://a.example/amp/best-of', 'https://a.example/amp/best-of', false],
    ['differs by tracking alone', 'https://a.example/x?amp=1&utm_source=y', 'https://a.example/x?amp=1', false],
    ['looks like any other', 'https://a.example/x?page=2', 'https://a.example/x', false],
    ['calls the front page canonical', 'https://a.example/amp/x', 'https://a.example/', true],
    ["calls another site's front page canonical", 'https://a.example/amp/x', 'https://b.example/', true],
    ['is the print form of another site', 'https://a.example/x?print=1', 'https://b.example/x', false],
    ['names no web address', 'https://a.example/amp/x', 'javascript:alert(1)', true],
  ])('no page that %s', (_, page, canonical, isAmp) => {
    expect(of(page, canonical, isAmp)).toBeUndefined();
  });
});

describe('canonicalObjection', () => {
  const AMP = 'https://a.example/amp/x';
  const near = { kind: 'amp', canonical: 'https://a.example/x', needsAgreement: false } as const;
  const far = { kind: 'amp', canonical: 'https://b.example/x', needsAgreement: true } as const;

  it.each([
    ['says nothing', near, 'https://a.example/x', {}],
    ['calls itself canonical', near, 'https://a.example/x', { canonical: 'https://a.example/x' }],
    ['calls a third page canonical', near, 'https://a.example/x', { canonical: 'https://a.example/y' }],
    ['has moved on its site', near, 'https://www.a.example/2026/x', {}],
    ['names this AMP page', far, 'https://b.example/x', { amp: AMP }],
  ])('has none when the page there %s', (_, variant, found, links) => {
    expect(canonicalObjection(variant, AMP, found, { isAmp: false, ...links })).toBeUndefined();
  });

  it.each([
    ['redirects back', near, AMP, {}, 'leads back'],
    ['redirects back with tracking', near, `${AMP}?utm_source=x`, {}, 'leads back'],
    ['redirects to the front page', near, 'https://a.example/', {}, 'front page'],
    ['redirects to another site', near, 'https://c.example/x', {}, 'another site'],
    ['is AMP', near, 'https://a.example/x', { isAmp: true }, 'AMP page itself'],
    ['calls the variant canonical', near, 'https://a.example/x', { canonical: AMP }, 'calls the variant canonical'],
    ['is on another site and names no twin', far, 'https://b.example/x', {}, 'does not name'],
    [
      'is on another site and names another twin',
      far,
      'https://b.example/x',
      { amp: 'https://c.example/' },
      'does not name',
    ],
  ])('has one when the page there %s', (_, variant, found, links, why) => {
    expect(canonicalObjection(variant, AMP, found, { isAmp: false, ...links })).toContain(why);
  });
});

describe('variantByAddress', () => {
  it.each([
    ['https://amp.a.example/x', 'amp'],
    ['https://a.example/x/amp', 'amp'],
    ['https://a.example/x/amp/', 'amp'],
    ['https://a.example/x.amp', 'amp'],
    ['https://a.example/x?outputType=amp', 'amp'],
    ['https://a.example/x?AMP=1', 'amp'],
    ['https://print.a.example/x', 'print'],
    ['https://a.example/print/x', 'print'],
    ['https://a.example/x.print.html', 'print'],
    ['https://a.example/x?view=print', 'print'],
    ['https://a.example/amplifier', undefined],
    ['https://a.example/champ/x', undefined],
    ['https://a.example/x?q=amp', undefined],
    ['https://a.example/x?printer=laser', undefined],
    ['https://camp.a.example/x', undefined],
  ])('%s looks like %s', (url, kind) => {
    expect(variantByAddress(url)).toBe(kind);
  });
});

describe('the address of a page in an AMP cache', () => {
  it.each([
    ['https://www-a-example.cdn.ampproject.org/c/s/www.a.example/amp/x.html', 'https://www.a.example/amp/x.html'],
    ['https://cdn.ampproject.org/c/www.a.example/x', 'http://www.a.example/x'],
    ['https://a-example.cdn.ampproject.org/v/s/a.example/x?amp_js_v=0.1&id=7#referrer=y', 'https://a.example/x?id=7'],
    ['https://www.google.com/amp/s/a.example/x%3Fid=7', 'https://a.example/x%3Fid=7'],
    ['https://www.google.co.uk/amp/s/a.example/x?usqp=mq331AQ&utm_source=z', 'https://a.example/x'],
    ['https://google.de/amp/a.example/x', 'http://a.example/x'],
    ['https://www.google.com/amp/s/a-example.cdn.ampproject.org/c/s/a.example/x', 'https://a.example/x'],
  ])("%s is the publisher's own", (url, own) => {
    expect(normalizeUrl(url)).toBe(own);
    expect(normalizeUrl(own)).toBe(own);
  });

  it.each([
    'https://a-example.cdn.ampproject.org/i/s/a.example/picture.jpg',
    'https://cdn.ampproject.org/v0.js',
    'https://www.google.com/amp/',
    'https://www.google.com/amp/s/localhost',
    'https://www.google.com/search?q=/amp/s/a.example',
    'https://www.google.evil.example/amp/s/a.example/x',
    'https://cdn.ampproject.org.evil.example/c/s/a.example/x',
    'https://notgoogle.com/amp/s/a.example/x',
    'https://www.google.com/amp/s/user:secret@a.example/x',
  ])('%s is left as it is', (url) => {
    expect(normalizeUrl(url)).toBe(url);
  });
});
