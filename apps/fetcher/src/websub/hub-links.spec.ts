import { describe, expect, it } from '@jest/globals';
import { parseFeed } from '@newsmill/feeds';
import { hubLinksOf } from './hub-links.js';
import { linksOfHeader } from './link-header.js';

const URL_OF_FEED = 'https://news.example/feed';
const ofDocument = (text: string) =>
  hubLinksOf(undefined, parseFeed(Buffer.from(text), { url: URL_OF_FEED }), URL_OF_FEED);

describe('the hub of a feed', () => {
  it('stands in the Link header, which comes before the document', () => {
    const header = '<https://hub.example/>; rel="hub", </feed>; rel=self';
    const links = hubLinksOf(
      header,
      { hubs: ['https://other.example/'], self: 'https://news.example/other' },
      URL_OF_FEED,
    );
    expect(links).toEqual({ hub: 'https://hub.example/', topic: URL_OF_FEED });
  });

  it.each([
    ['Atom', '<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title>x</title>LINKS</feed>', 'link'],
    [
      'RSS',
      '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>x</title>LINKS</channel></rss>',
      'atom:link',
    ],
  ])('stands in %s', (_, document, name) => {
    const links = `<${name} rel="hub" href="https://hub.example/"/><${name} rel="self" href="https://news.example/t"/>`;
    expect(ofDocument(document.replace('LINKS', links))).toEqual({
      hub: 'https://hub.example/',
      topic: 'https://news.example/t',
    });
  });

  it('stands in JSON Feed', () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'x',
      feed_url: 'https://news.example/t',
      hubs: [
        { type: 'rssCloud', url: 'https://cloud.example/' },
        { type: 'WebSub', url: 'https://hub.example/' },
      ],
      items: [],
    };
    expect(ofDocument(JSON.stringify(feed))).toEqual({ hub: 'https://hub.example/', topic: 'https://news.example/t' });
  });

  it('is the one over TLS, if there is one', () => {
    const links = hubLinksOf(
      undefined,
      { hubs: ['http://a.example/', 'https://b.example/'], self: URL_OF_FEED },
      URL_OF_FEED,
    );
    expect(links?.hub).toBe('https://b.example/');
  });

  it('is none without a topic, and none that is no web address', () => {
    expect(hubLinksOf('<https://hub.example/>; rel=hub', {}, URL_OF_FEED)).toBeUndefined();
    expect(hubLinksOf('<file:///etc>; rel=hub, </x>; rel=self', {}, URL_OF_FEED)).toBeUndefined();
    expect(hubLinksOf(undefined, { self: URL_OF_FEED }, URL_OF_FEED)).toBeUndefined();
  });
});

describe('the Link header', () => {
  it.each([
    ['<a>; rel=hub', [['a', 'hub']]],
    ['<a>; rel="hub self"; rel=other', [['a', 'hub', 'self']]],
    [
      '<a,b;c>;title="x, <y>; rel=no \\" z"; REL="Hub" , , <d>; rel=self',
      [
        ['a,b;c', 'hub'],
        ['d', 'self'],
      ],
    ],
    ['<a>; anchor="https://x.example/"; rel=hub', []],
    ['<a>, <b>; rel', [['a'], ['b']]],
    ['nonsense', []],
    ['<a', []],
  ])('%j', (header, expected) => {
    expect(linksOfHeader(header).map(({ href, rels }) => [href, ...rels])).toEqual(expected);
  });

  it.each(['<', '<a>;', '<a>,', ';'.repeat(9), '<a>;x="', '\\'])('of a hundred thousand %j comes to an end', (unit) => {
    expect(Array.isArray(linksOfHeader(`<a>;${unit.repeat(100_000)}`))).toBe(true);
  });
});
