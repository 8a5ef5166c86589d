import { describe, expect, it } from '@jest/globals';
import { NotAFeed } from './not-a-feed.js';
import { parseFeed } from './parse-feed.js';

const FEED_URL = 'https://feeds.example/news/rss.xml';
const parse = (text: string): ReturnType<typeof parseFeed> =>
  parseFeed(new TextEncoder().encode(text), { url: FEED_URL });
const rss = (channel: string, attributes = ''): string =>
  `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/" ${attributes}><channel><title>Quay</title>${channel}</channel></rss>`;
const atom = (inside: string, attributes = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom" ${attributes}><title>Quay</title><id>urn:q</id>${inside}</feed>`;
const item = (fields: string, attributes = ''): string => `<item ${attributes}><link>/a</link>${fields}</item>`;

describe('what polling needs', () => {
  it('is read of RSS', () => {
    const feed = parse(
      rss(`<atom:link rel="self" href="https://feeds.example/own.xml"/><atom:link rel="HUB" href="https://hub.example/"/>
        <atom:link rel="hub" href="//second.example/hub"/><atom:link rel="hub" href="https://hub.example/"/>
        <atom:link rel="hub" href="mailto:hub@hub.example"/><ttl>15</ttl>
        <skipHours><hour>0</hour><hour>24</hour><hour>23</hour><hour>25</hour><hour>x</hour></skipHours>
        <skipDays><day>Saturday</day><day>sunday</day><day>Someday</day></skipDays>`),
    );
    expect(feed).toMatchObject({
      self: 'https://feeds.example/own.xml',
      hubs: ['https://hub.example/', 'https://second.example/hub'],
      ttlMinutes: 15,
      skipHours: [0, 23],
      skipDays: ['Saturday', 'Sunday'],
    });
  });

  it('is read of lists of one', () => {
    const feed = parse(rss('<skipHours><hour>5</hour></skipHours><skipDays><day>Monday</day></skipDays>'));
    expect(feed).toMatchObject({ skipHours: [5], skipDays: ['Monday'] });
  });

  it('is read of Atom, relative to its base', () => {
    const feed = parse(
      atom(
        '<link rel="self" href="own"/><link rel="hub" href="/hub"/><link href="/"/>',
        'xml:base="https://quay.example/f/"',
      ),
    );
    expect(feed).toMatchObject({
      self: 'https://quay.example/f/own',
      hubs: ['https://quay.example/hub'],
      link: 'https://quay.example/',
    });
  });

  it('is read of JSON Feed: hubs of WebSub alone', () => {
    const feed = parse(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'Quay',
        feed_url: 'https://quay.example/feed.json',
        hubs: [
          { type: 'WebSub', url: 'https://hub.example/' },
          { type: 'rssCloud', url: 'https://cloud.example/' },
        ],
        items: [],
      }),
    );
    expect(feed).toMatchObject({ self: 'https://quay.example/feed.json', hubs: ['https://hub.example/'] });
  });

  it('is absent where the feed says nothing', () => {
    expect(parse(rss(''))).toEqual({ kind: 'rss', title: 'Quay', entries: [], skipped: [] });
  });

  it.each([
    [
      rss(
        '<itunes:new-feed-url>https://new.example/f</itunes:new-feed-url>',
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
      ),
      'https://new.example/f',
    ],
    [
      '<rss version="2.0"><redirect><newLocation>https://new.example/g</newLocation></redirect></rss>',
      'https://new.example/g',
    ],
    ['<rss version="2.0"><redirect><newLocation>javascript:alert(1)</newLocation></redirect></rss>', undefined],
  ])('tells the new address of %s', (text, movedTo) => {
    expect(parse(text).movedTo).toBe(movedTo);
  });
});

describe('links inside HTML', () => {
  it('are absolute: by xml:base, else by the site, else by the feed', () => {
    const content = (html: string): string => `<content:encoded><![CDATA[${html}]]></content:encoded>`;
    const html =
      '<p><a href="b?x=1&amp;y=2">b</a><img alt="a > b" src=/c.jpg><a href="#n">n</a><a href="https://o.example/">o</a></p>';
    const found = (text: string): string | undefined => parse(text).entries[0]?.contentHtml;
    const expected = (base: string, host: string): string =>
      `<p><a href="${base}b?x=1&amp;y=2">b</a><img alt="a > b" src="${host}/c.jpg"><a href="${base}#n">n</a><a href="https://o.example/">o</a></p>`;
    expect(found(rss(item(content(html))))).toBe(
      expected('https://feeds.example/news/', 'https://feeds.example').replace('/news/#n', '/news/rss.xml#n'),
    );
    expect(found(rss(`<link>https://quay.example/s/</link>${item(content(html))}`))).toBe(
      expected('https://quay.example/s/', 'https://quay.example'),
    );
    expect(found(rss(item(content(html), 'xml:base="https://base.example/i/"')))).toBe(
      expected('https://base.example/i/', 'https://base.example'),
    );
  });

  it('are absolute in XHTML, whose base may change inside, and which loses its wrapper', () => {
    const feed = parse(
      atom(
        `<entry><id>urn:1</id><link href="e"/><content type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml">
          <x:p>1 &lt; 2 <x:a href="a">a</x:a><x:br/><x:span xml:base="/deep/"><x:img src="i.png"/></x:span></x:p></x:div></content></entry>`,
        'xml:base="https://quay.example/f/"',
      ),
    );
    expect(feed.entries[0]?.contentHtml).toBe(
      '<p>1 &lt; 2 <a href="https://quay.example/f/a">a</a><br /><span><img src="https://quay.example/deep/i.png" /></span></p>',
    );
  });
});

describe('XML that feeds are written in', () => {
  it('may have a prefix for everything', () => {
    const text = `<r:rss version="2.0" xmlns:r="http://backend.userland.com/rss2" xmlns:o="urn:o"><r:channel><r:title>Quay</r:title>
      <r:item><o:title>Other</o:title><r:title>One</r:title><r:link>/a</r:link></r:item></r:channel></r:rss>`;
    expect(parse(text)).toMatchObject({ title: 'Quay', entries: [{ url: 'https://feeds.example/a', title: 'One' }] });
  });

  it('may declare entities, and use those of HTML without declaring them', () => {
    const text = `<!DOCTYPE rss [<!ENTITY q "Quay &#38; pier"><!ENTITY q "Other">]>${rss(item('<title>&q; caf&eacute; &nosuch;</title>'))}`;
    expect(parse(text).entries[0]?.title).toBe('Quay & pier café &nosuch;');
  });

  it('may hold characters of windows-1252 by number', () => {
    expect(parse(rss(item('<title>don&#146;t</title>'))).entries[0]?.title).toBe('don’t');
  });

  it('may hold base64', () => {
    const encoded = Buffer.from('<p>Tide <a href="/t">table</a></p>').toString('base64');
    const text = `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link href="/a"/><content type="text/html" mode="base64">${encoded}</content></entry></feed>`;
    expect(parse(text).entries[0]?.contentHtml).toBe('<p>Tide <a href="https://feeds.example/t">table</a></p>');
  });

  it('may have items beside the channel, or no channel, or nothing', () => {
    expect(parse('<rss version="0.9"><item><link>/a</link></item></rss>').entries).toHaveLength(1);
    expect(parse('<rss version="2.0"/>').entries).toEqual([]);
    expect(parse('<feed xmlns="http://www.w3.org/2005/Atom"/>').entries).toEqual([]);
  });

  it('may be broken: what is there is read', () => {
    expect(parse(rss(item('<title>A & B < C</title>'))).entries).toHaveLength(1);
    expect(parse(rss(item('')).replace('</rss>', '</rss')).entries).toHaveLength(1);
    expect(parse(rss(item('') + item('')).slice(0, -30)).entries.length).toBeGreaterThan(0);
  });
});

describe('hostile feeds', () => {
  const refusal = (text: string): string => {
    try {
      parse(text);
    } catch (error) {
      if (error instanceof NotAFeed) return error.message;
      throw error;
    }
    return 'read';
  };

  it('that nest deeper than any feed are refused', () => {
    const deep = (levels: number): string =>
      rss(item(`<description>${'<b>'.repeat(levels)}x${'</b>'.repeat(levels)}</description>`));
    expect(refusal(deep(150))).toBe('read');
    expect(refusal(deep(300))).toContain('nested deeper than 200');
    expect(refusal(`<rss>${'<channel>'.repeat(1_000_000)}`)).toContain('nested deeper than 200');
  });

  it('that have more elements than any feed are refused', () => {
    const many = (count: number): string => rss(item(`<description>${'<b/>'.repeat(count)}</description>`));
    expect(refusal(many(100_000))).toBe('read');
    expect(refusal(many(500_001))).toContain('more than 500000 elements');
  });

  it('that multiply their text by entities are refused', () => {
    const text = `<!DOCTYPE rss [<!ENTITY a "${'x'.repeat(1_000)}">]>${rss(item(`<title>${'&a;'.repeat(101)}</title>`))}`;
    expect(refusal(text)).toContain('entities make more than');
    expect(refusal(text.replace(/(?:&a;){101}/, '&a;'.repeat(100)))).toBe('read');
  });

  it.each([
    ['attributes', (n: number) => rss(item(`<description>&lt;a ${'a=b '.repeat(n / 4)}&gt;</description>`))],
    ['quotation marks', (n: number) => rss(item(`<description><![CDATA[${'<a "'.repeat(n / 4)}]]></description>`))],
    ['open tags', (n: number) => rss(item(`<description><![CDATA[${'<a '.repeat(n / 3)}]]></description>`))],
    ['a name without end', (n: number) => rss(item(`<description><![CDATA[<a ${'x'.repeat(n)}]]></description>`))],
    ['brackets in a document type', (n: number) => `<!DOCTYPE rss [${'<!ENTITY a '.repeat(n / 11)}]>${rss('')}`],
    ['addresses of authors', (n: number) => rss(item(`<dc:creator>${'(a@b '.repeat(n / 5)}</dc:creator>`))],
  ])('of ten megabytes come to an end: %s', (_what, make) => {
    expect(refusal(make(10_000_000))).toBeDefined();
  });
});
