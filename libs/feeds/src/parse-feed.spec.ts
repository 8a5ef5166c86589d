import { describe, expect, it } from '@jest/globals';
import { NotAFeed } from './not-a-feed.js';
import { parseFeed } from './parse-feed.js';

const FEED_URL = 'https://feeds.example/news/rss.xml';
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string, url = FEED_URL): ReturnType<typeof parseFeed> => parseFeed(utf8(text), { url });
const rss = (items: string, channel = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
  <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
  <channel><title>Harbour Times</title><link>https://www.example/</link>${channel}${items}</channel></rss>`;

describe('parseFeed on RSS', () => {
  it('maps RSS 2.0', () => {
    const feed = parse(
      rss(
        `<item>
          <title>Ferries &amp; tides:
            what changes</title>
          <link>https://www.example/ferries?id=1</link>
          <guid isPermaLink="false">harbour-1</guid>
          <pubDate>Tue, 04 Jun 2024 09:30:00 +0200</pubDate>
          <description>&lt;p&gt;Short&lt;/p&gt;</description>
          <content:encoded><![CDATA[<p>The whole <b>story</b></p>]]></content:encoded>
          <dc:creator>Ada Quay</dc:creator><author>desk@harbour.example (Bo Pier)</author>
          <category>Transport</category><category>Sea</category><category>Transport</category>
        </item>`,
        '<language>en-GB</language><ttl>30</ttl>',
      ),
    );
    expect(feed).toEqual({
      kind: 'rss',
      title: 'Harbour Times',
      link: 'https://www.example/',
      language: 'en-GB',
      ttlMinutes: 30,
      skipped: [],
      entries: [
        {
          url: 'https://www.example/ferries?id=1',
          guid: 'harbour-1',
          title: 'Ferries & tides: what changes',
          summary: '<p>Short</p>',
          contentHtml: '<p>The whole <b>story</b></p>',
          published: { raw: 'Tue, 04 Jun 2024 09:30:00 +0200', iso: '2024-06-04T07:30:00.000Z' },
          authors: ['Ada Quay', 'Bo Pier'],
          categories: ['Transport', 'Sea'],
        },
      ],
    });
  });

  it.each([
    ['<link>/a</link>', 'https://www.example/a'],
    ['<link> a?b=1 </link>', 'https://www.example/a?b=1'],
    ['<link>//cdn.example/a</link>', 'https://cdn.example/a'],
    ['<guid>https://www.example/by-guid</guid>', 'https://www.example/by-guid'],
    ['<link></link><guid isPermaLink="true">https://www.example/by-guid</guid>', 'https://www.example/by-guid'],
    ['<atom:link rel="self" href="/self"/><atom:link href="/alternate"/>', 'https://www.example/alternate'],
  ])('finds the address in %s', (fields, url) => {
    expect(parse(rss(`<item><title>x</title>${fields}</item>`)).entries[0]?.url).toBe(url);
  });

  it('resolves against the feed when the channel names no site', () => {
    const feed = parse(
      '<rss version="2.0"><channel><title>x</title><item><title>y</title><link>a</link></item></channel></rss>',
    );
    expect(feed.entries[0]?.url).toBe('https://feeds.example/news/a');
  });

  it('keeps an entry without guid and tells of one without address', () => {
    const feed = parse(
      rss(`<item><title>no guid</title><link>/1</link></item>
        <item><title>no link</title><guid isPermaLink="false">https://www.example/not-an-address</guid></item>
        <item><title>bad link</title><link>javascript:alert(1)</link></item>
        <item><title>mail</title><link>mailto:desk@example</link><guid>tag:x</guid></item>`),
    );
    expect(feed.entries).toEqual([{ url: 'https://www.example/1', title: 'no guid' }]);
    expect(feed.skipped).toEqual([1, 2, 3].map((index) => ({ index, reason: 'no http or https link' })));
  });

  it.each([
    ['<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>', 15],
    ['<sy:updatePeriod>daily</sy:updatePeriod>', 1440],
    ['<ttl>0</ttl>', undefined],
    ['<ttl>soon</ttl>', undefined],
    ['', undefined],
  ])('reads the rhythm of %s', (channel, minutes) => {
    expect(parse(rss('', channel)).ttlMinutes).toBe(minutes);
  });

  it('is not misled by markup of another format inside', () => {
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>y</id>
      <entry><id>z</id><title>t</title><link href="https://www.example/z"/>
      <content type="html"><![CDATA[ <rss version="2.0"><channel><item></item></channel></rss> ]]></content></entry></feed>`;
    expect(parse(atom)).toMatchObject({ kind: 'atom', entries: [{ url: 'https://www.example/z' }] });
  });
});

describe('parseFeed on Atom', () => {
  it('maps Atom 1.0', () => {
    const feed = parse(
      `<?xml version="1.0"?><!-- generated --><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://www.example/base/">
        <title type="text">Le Quai</title><id>urn:quai</id><updated>2024-06-04T10:00:00Z</updated>
        <author><name>Rédaction</name></author>
        <entry><id>urn:1</id><title>Un</title><updated>2024-06-04T10:00:00.5+02:00</updated><published>2024-06-03</published>
          <link rel="enclosure" href="x.mp3"/><link rel="alternate" type="application/json" href="1.json"/><link type="text/html" href="1"/>
          <summary>Bref</summary><content type="html">&lt;p&gt;Tout&lt;/p&gt;</content>
          <category term="mer" label="Mer"/><category term="port"/></entry>
        <entry><id>https://www.example/2</id><title>Deux</title><updated>yesterday</updated><author><name>Ada</name></author>
          <content>1 &lt; 2 &amp; 3</content></entry>
      </feed>`,
    );
    expect(feed).toEqual({
      kind: 'atom',
      title: 'Le Quai',
      language: 'fr',
      skipped: [],
      entries: [
        {
          url: 'https://www.example/base/1',
          guid: 'urn:1',
          title: 'Un',
          summary: 'Bref',
          contentHtml: '<p>Tout</p>',
          published: { raw: '2024-06-03', iso: '2024-06-03T00:00:00.000Z' },
          updated: { raw: '2024-06-04T10:00:00.5+02:00', iso: '2024-06-04T08:00:00.000Z' },
          authors: ['Rédaction'],
          categories: ['Mer', 'port'],
          language: 'fr',
        },
        {
          url: 'https://www.example/2',
          guid: 'https://www.example/2',
          title: 'Deux',
          contentHtml: '1 &lt; 2 &amp; 3',
          updated: { raw: 'yesterday' },
          authors: ['Ada'],
          language: 'fr',
        },
      ],
    });
  });
});

describe('parseFeed on RDF', () => {
  it('maps RSS 1.0', () => {
    const feed = parse(
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://www.example/rdf"><title>Hafen</title><link>https://www.example/</link><description>d</description><dc:language>de</dc:language></channel>
        <item rdf:about="https://www.example/1"><title>Eins</title><link>/1</link><dc:date>2024-06-04T10:00+02:00</dc:date><dc:creator>Ada</dc:creator><dc:subject>See</dc:subject></item>
      </rdf:RDF>`,
    );
    expect(feed).toEqual({
      kind: 'rdf',
      title: 'Hafen',
      link: 'https://www.example/',
      description: 'd',
      language: 'de',
      skipped: [],
      entries: [
        {
          url: 'https://www.example/1',
          guid: 'https://www.example/1',
          title: 'Eins',
          published: { raw: '2024-06-04T10:00+02:00', iso: '2024-06-04T08:00:00.000Z' },
          authors: ['Ada'],
          categories: ['See'],
        },
      ],
    });
  });
});

describe('parseFeed on JSON Feed', () => {
  it('maps JSON Feed 1.1', () => {
    const feed = parse(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'Quay',
        home_page_url: 'https://www.example/',
        language: 'en',
        authors: [{ name: 'Desk' }],
        items: [
          {
            id: '1',
            url: '/1',
            title: 'One',
            content_html: '<p>All</p>',
            date_published: '2024-06-04T10:00:00Z',
            tags: ['Sea'],
          },
          {
            id: '2',
            external_url: 'https://other.example/2',
            content_text: 'a < b',
            authors: [{ name: 'Ada' }],
            language: 'fr',
          },
          { id: '3' },
        ],
      }),
    );
    expect(feed).toEqual({
      kind: 'json',
      title: 'Quay',
      link: 'https://www.example/',
      language: 'en',
      skipped: [{ index: 2, reason: 'no http or https link' }],
      entries: [
        {
          url: 'https://www.example/1',
          guid: '1',
          title: 'One',
          contentHtml: '<p>All</p>',
          published: { raw: '2024-06-04T10:00:00Z', iso: '2024-06-04T10:00:00.000Z' },
          authors: ['Desk'],
          categories: ['Sea'],
        },
        { url: 'https://other.example/2', guid: '2', contentHtml: 'a &lt; b', authors: ['Ada'], language: 'fr' },
      ],
    });
  });
});

describe('parseFeed on octets', () => {
  const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const titled = (title: string, encoding: string): string =>
    `<?xml version="1.0" encoding="${encoding}"?><rss version="2.0"><channel><title>${title}</title></channel></rss>`;

  it.each([
    ['declared', latin1(titled('Caf\xe9', 'iso-8859-1')), undefined, 'Café'],
    ['by header', latin1(titled('\xcf\xf0', 'utf-8')), 'text/xml; charset=windows-1251', 'Пр'],
    ['falsely declared', utf8(titled('Größe', 'iso-8859-1')), undefined, 'Größe'],
    ['with a byte order mark', utf8(`\uFEFF${titled('Größe', 'us-ascii')}`), 'text/html', 'Größe'],
    ['in UTF-16', Uint8Array.from(Buffer.from(`\uFEFF${titled('Größe', 'utf-16')}`, 'utf16le')), undefined, 'Größe'],
  ])('reads a charset %s', (_how, bytes, contentType, title) => {
    const source = contentType === undefined ? { url: FEED_URL } : { url: FEED_URL, contentType };
    expect(parseFeed(bytes, source).title).toBe(title);
  });

  it.each([
    ['', 'nothing: 0 octets'],
    [' \n', 'nothing but white space'],
    ['<!DOCTYPE html><html><body><rss version="2.0"></rss></body></html>', 'an HTML page'],
    ['<html>', 'an HTML page'],
    ['<urlset xmlns="x"><url><loc>https://www.example/</loc></url></urlset>', 'a sitemap'],
    ['<sitemapindex/>', 'a sitemap index'],
    ['<opml version="2.0"/>', 'an OPML list'],
    ['<note/>', 'root <note>'],
    ['<__proto__/>', 'root <__proto__>'],
    ['%PDF-1.7', 'application/pdf data'],
    ['\x1f\x8b\x08\0', 'application/gzip data'],
    ['Moved here', 'plain text'],
    ['[1]', 'a JSON array'],
    ['{', 'JSON that cannot be read'],
    ['{"error": "no"}', 'JSON that cannot be read'],
    ['<rss', 'RSS that cannot be read'],
    ['<!DOCTYPE rss [<!ENTITY a "b">', 'nothing but white space'],
    ['<!-- <rss>', 'nothing but white space'],
  ])('says what %j looks like', (text, looksLike) => {
    const error = catchError(() => parseFeed(latin1(text), { url: FEED_URL })) as NotAFeed;
    expect(error).toBeInstanceOf(NotAFeed);
    expect(error.looksLike).toContain(looksLike);
    expect(error.message).toContain(FEED_URL);
  });

  it('reads a feed with the document type of RSS 0.91', () => {
    const old = `<?xml version="1.0"?>
      <!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://feeds.example/rss-0.91.dtd">
      <rss version="0.91"><channel><title>Caf&eacute;</title><item><title>x</title><link>/a</link></item></channel></rss>`;
    expect(parse(old)).toMatchObject({ title: 'Café', entries: [{ url: 'https://feeds.example/a' }] });
  });

  it('expands no entities that expand others, and none from elsewhere', () => {
    const bomb = `<!DOCTYPE rss [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">
      <!ENTITY d "${'&c;'.repeat(50)}"><!ENTITY x SYSTEM "file:///etc/passwd">]>
      <rss version="2.0"><channel><title>&d;&x;</title></channel></rss>`;
    expect(parse(bomb).title).toBe('&d;&x;');
  });

  it('reads a feed of five megabytes', () => {
    const item = `<item><title>Item</title><link>/a</link><description>${'word '.repeat(200)}</description></item>`;
    const count = Math.ceil(5_000_000 / item.length);
    expect(parse(rss(item.repeat(count))).entries).toHaveLength(count);
  });

  it.each(['<item>', '<!--', '<![CDATA[', '<a b="', '&amp;', '<', '<item><link>', '<?x ', '<a:b xmlns:a="x">'])(
    'comes to an end on a megabyte of %s',
    (unit) => {
      const outcome = catchError(() => parse(`<rss version="2.0"><channel>${unit.repeat(1_000_000 / unit.length)}`));
      expect(outcome === undefined || outcome instanceof NotAFeed).toBe(true);
    },
  );
});

function catchError(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
