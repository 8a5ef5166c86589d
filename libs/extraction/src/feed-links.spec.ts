import { describe, expect, it } from '@jest/globals';
import { readFeedLinks } from './feed-links.js';

const PAGE = 'https://www.courier.example/home/';
const urls = (html: string) => readFeedLinks(html, PAGE).links.map(({ url }) => url);

describe('readFeedLinks', () => {
  it('takes declared feeds in their order, each once, and then links in the text that look like feeds', () => {
    const html = `<head>
      <link rel="alternate" type="application/rss+xml" title=" All news " href="/all.xml?a=1&amp;b=2">
      <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="atom">
      <link rel="alternate" type="application/feed+json" href="//feeds.example/f.json">
      <link rel=feed href="/plain"><link rel="alternate" type="application/rss+xml" href="/all.xml?a=1&b=2">
      </head><body><a href="/sport/rss">Sport</a><a href="/all.xml?a=1&b=2">All</a><a href="/about">About</a></body>`;
    expect(readFeedLinks(html, PAGE)).toEqual({
      isWordPress: false,
      links: [
        { url: 'https://www.courier.example/all.xml?a=1&b=2', title: 'All news', by: 'declared' },
        { url: 'https://www.courier.example/home/atom', by: 'declared' },
        { url: 'https://feeds.example/f.json', by: 'declared' },
        { url: 'https://www.courier.example/plain', by: 'declared' },
        { url: 'https://www.courier.example/sport/rss', by: 'named' },
      ],
    });
  });

  it.each([
    ['a language version', '<link rel="alternate" hreflang="fr" href="/fr">'],
    ['a page of another type', '<link rel="alternate" type="text/html" href="/m">'],
    ['oEmbed', '<link rel="alternate" type="application/json+oembed" href="/o">'],
    ['the data of WordPress', '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'],
    ['a style sheet', '<link rel="alternate stylesheet" type="text/xml" href="/s">'],
    ['what is no web address', '<link rel="alternate" type="application/rss+xml" href="javascript:feed()">'],
    ['an address with a password', '<link rel="alternate" type="application/rss+xml" href="https://a:b@c.example/">'],
    ['what stands in a comment', '<!-- <link rel="alternate" type="application/rss+xml" href="/x"> -->'],
    ['what stands in a script', '<script>"<link rel=alternate type=application/rss+xml href=/x>"</script>'],
  ])('takes %s for no feed', (_what, html) => {
    expect(urls(html)).toEqual([]);
  });

  it('resolves against the first base', () => {
    const link = '<link rel="alternate" type="application/rss+xml" href="rss">';
    expect(urls(`<base href="/news/"><base href="/other/">${link}`)).toEqual(['https://www.courier.example/news/rss']);
    expect(urls(`<base href="javascript:x">${link}`)).toEqual(['https://www.courier.example/home/rss']);
  });

  it.each(['<meta name="generator" content="WordPress 6.5">', '<link rel="https://api.w.org/" href="/wp-json/">'])(
    'knows WordPress by %s',
    (html) => {
      expect(readFeedLinks(html, PAGE).isWordPress).toBe(true);
    },
  );

  it('takes no more than fifty of each', () => {
    const many = Array.from({ length: 60 }, (_, n) => `<link rel=feed href="/${n}"><a href="/${n}/rss">x</a>`).join('');
    expect(urls(many)).toHaveLength(100);
  });
});
