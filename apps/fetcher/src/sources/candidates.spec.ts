import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { isCommentFeed, listsComments, namesNews, robotsSitemaps } from './candidates.js';
import { foldFeeds, type ReadFeed } from './fold-feeds.js';
import { lookAtSitemap } from './look-at-sitemap.js';
import { sourceIdOf, sourceOfFeed } from './source-declaration.js';

describe('robotsSitemaps', () => {
  it('reads every line in whatever spelling, each address once, those of news first', () => {
    const robots = [
      '\uFEFFUser-agent: *',
      'Sitemap: https://a.example/all.xml # everything',
      ' SITEMAP : /pages.xml',
      'sitemap:https://cdn.example/sitemap-news.xml',
      'Sitemap: https://a.example/all.xml',
      'Sitemap: javascript:alert(1)',
      '# Sitemap: https://a.example/old.xml',
    ];
    const expected = [
      'https://cdn.example/sitemap-news.xml',
      'https://a.example/all.xml',
      'https://a.example/pages.xml',
    ];
    for (const end of ['\n', '\r\n', '\r']) {
      expect(robotsSitemaps(robots.join(end), 'https://a.example/robots.txt')).toEqual(expected);
    }
  });

  it('reads fifty of them and half a megabyte', () => {
    const many = Array.from({ length: 60 }, (_, n) => `Sitemap: /${n}.xml\n`).join('');
    expect(robotsSitemaps(many, 'https://a.example/robots.txt')).toHaveLength(50);
    const late = `${'#'.repeat(600 * 1024)}\nSitemap: /late.xml`;
    expect(robotsSitemaps(late, 'https://a.example/robots.txt')).toEqual([]);
  });
});

describe('names in addresses', () => {
  it.each([
    ['/news-sitemap.xml', true],
    ['/sitemap_news.xml', true],
    ['/googlenews.xml', true],
    ['/sitemaps/news/1.xml', true],
    ['/newsletter.xml', false],
    ['/sitemap.xml', false],
  ])('%s holds news: %s', (path, isNews) => {
    expect(namesNews(`https://news.example${path}`)).toBe(isNews);
  });

  it.each([
    ['/comments/feed/', '', true],
    ['/feeds/comments/default', '', true],
    ['/?feed=comments-rss2', '', true],
    ['/2026/01/story/feed/', 'Courier » Story Comments Feed', true],
    ['/commentisfree/rss', 'Comment is free', false],
    ['/comment/rss', 'Opinion', false],
    ['/feed/', 'Courier » Feed', false],
  ])('%s, "%s" is of comments: %s', (path, title, isOfComments) => {
    expect(isCommentFeed(`https://a.example${path}`, title)).toBe(isOfComments);
  });

  it('tells comments by where all entries lead', () => {
    expect(listsComments(['https://a.example/x#comment-12', 'https://a.example/y#comments_3'])).toBe(true);
    expect(listsComments(['https://a.example/x#comment-12', 'https://a.example/y'])).toBe(false);
    expect(listsComments([])).toBe(false);
  });
});

describe('foldFeeds', () => {
  const feed = (url: string, pages: string[], more: Partial<ReadFeed> = {}): ReadFeed => {
    return { url, format: 'rss', pages: new Set(pages), isFull: false, ...more };
  };
  const ten = Array.from({ length: 10 }, (_, n) => `//a.example/${n}`);

  it('folds what shares four fifths, and no less', () => {
    const told = (other: string[]) => foldFeeds([feed('one', ten), feed('two', other)]).map(({ sameAs }) => sameAs);
    expect(told(ten.slice(0, 8))).toEqual([undefined, 'one']);
    expect(told(ten.slice(0, 7))).toEqual([undefined, undefined]);
  });

  it('prefers articles in full, then Atom, then what comes first', () => {
    const preferred = (...feeds: ReadFeed[]) => foldFeeds(feeds)[0]!.url;
    expect(preferred(feed('rss', ten, { isFull: true }), feed('atom', ten, { format: 'atom' }))).toBe('rss');
    expect(preferred(feed('rss', ten), feed('atom', ten, { format: 'atom' }))).toBe('atom');
    expect(preferred(feed('first', ten), feed('second', ten))).toBe('first');
  });

  it('takes empty feeds for one', () => {
    expect(foldFeeds([feed('one', []), feed('two', []), feed('three', ten)]).map(({ url }) => url)).toEqual([
      'one',
      'three',
      'two',
    ]);
  });
});

describe('lookAtSitemap', () => {
  const look = (body: string | Uint8Array) => lookAtSitemap(Buffer.from(body), 'https://a.example/sitemap.xml');

  const loc = (path: string): string => `<loc>https://a.example/${path}</loc>`;
  const news = 'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"';

  it.each([
    [`<?xml version="1.0"?><!-- <html> --><urlset><url>${loc('a')}</url></urlset>`, 'sitemap'],
    [`<urlset ${news}><url>${loc('a')}<n:news><n:title>A</n:title></n:news></url></urlset>`, 'news-sitemap'],
  ])('takes %j for a %s', (text, format) => {
    expect(look(text)).toEqual({ format, children: [] });
  });

  it.each(['', 'urlset', '<html><urlset>', '<rss>', '<', '<?xml', '%PDF-1.7'])('refuses %j', (text) => {
    expect(look(text)).toBeUndefined();
  });

  it('reads the addresses of an index, a thousand at most', () => {
    const child = (path: string): string => `<sitemap>${loc(path)}</sitemap>`;
    expect(look(`<sitemapindex>${child('1.xml?a=1&amp;b=2')}${child('2.xml')}</sitemapindex>`)).toEqual({
      format: 'sitemap-index',
      children: ['https://a.example/1.xml?a=1&b=2', 'https://a.example/2.xml'],
    });
    const many = Array.from({ length: 5_000 }, (_, number) => child(`${number}.xml`)).join('');
    expect(look(`<sitemapindex>${many}</sitemapindex>`)?.children).toHaveLength(1_000);
  });

  it('opens gzip files, and gives up on bombs and broken ones', () => {
    const packed = gzipSync(`<urlset><url>${loc('a')}</url></urlset>`);
    expect(look(packed)).toEqual({ format: 'sitemap', children: [] });
    expect(look(packed.subarray(0, 12))).toBeUndefined();
    expect(look(gzipSync(`<urlset>${' '.repeat(60_000_000)}`))).toBeUndefined();
  });
});

describe('ids of sources', () => {
  it.each([
    ['https://www.courier.example/', 'courier.example'],
    ['https://courier.example/de/News/', 'courier.example-de-news'],
    ['http://127.0.0.1:8080/rss', '127.0.0.1-8080-rss'],
    ['http://[::1]/', '1'],
    ['https://xn--bcher-kva.example/', 'xn--bcher-kva.example'],
  ])('%s is %s', (url, id) => {
    expect(sourceIdOf(url)).toBe(id);
  });

  it('of feeds in the setting differ however alike the addresses are', () => {
    const ids = ['https://a.example/rss?x=1', 'https://a.example/rss?x=2'].map((url) => sourceOfFeed(url).id);
    expect(ids[0]).toMatch(/^a\.example-rss-[0-9a-f]{8}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
