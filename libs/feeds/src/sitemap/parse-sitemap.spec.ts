import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NotASitemap } from './not-a-sitemap.js';
import { MAX_SITEMAP_BYTES, parseSitemap, type SitemapSource } from './parse-sitemap.js';
import { MAX_SITEMAP_ENTRIES } from './selection.js';
import type { PageSitemap } from './sitemap.js';

const URL_OF = 'https://quay.example/sitemap.xml';
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string, options: Partial<SitemapSource> = {}): ReturnType<typeof parseSitemap> =>
  parseSitemap(utf8(text), { url: URL_OF, ...options });
const entriesOf = (text: string, options: Partial<SitemapSource> = {}): string[] =>
  (parse(text, options) as PageSitemap).entries.map(({ url }) => url);

const urlset = (urls: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet href="/s.xsl"?><!-- made by a plugin -->
  <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
    xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">${urls}</urlset>`;
const url = (loc: string, more = ''): string => `<url><loc>${loc}</loc>${more}</url>`;

describe('parseSitemap on pages', () => {
  it('reads addresses and days', () => {
    const found = parse(
      urlset(`
        <url><loc> https://quay.example/a?b=1&amp;c=2 </loc><lastmod>2024-06-04</lastmod><changefreq>daily</changefreq>
          <image:image><image:loc>https://cdn.example/a.jpg</image:loc><image:title>A pier</image:title></image:image></url>
        ${url('<![CDATA[https://quay.example/b]]>', '<lastmod>2024-06-04T10:00:00+02:00</lastmod>')}
        ${url('ftp://quay.example/c')}${url('/relative')}<url/>`),
    );
    expect(found).toEqual({
      kind: 'pages',
      entries: [
        {
          url: 'https://quay.example/a?b=1&c=2',
          lastmod: { raw: '2024-06-04', iso: '2024-06-04T00:00:00.000Z' },
        },
        {
          url: 'https://quay.example/b',
          lastmod: { raw: '2024-06-04T10:00:00+02:00', iso: '2024-06-04T08:00:00.000Z' },
        },
      ],
      skipped: { 'no http or https address': 3 },
    });
  });

  it('leaves out what is old or undated where an age is asked for', () => {
    const dated = (day: string): string => url(`https://quay.example/${day}`, `<lastmod>${day}</lastmod>`);
    const text = urlset(
      dated('2024-06-02') + dated('2024-06-03') + dated('2024-06-03T10:00Z') + url('https://quay.example/x'),
    );
    const since = new Date('2024-06-03T12:00:00Z');
    // A day alone may be its last moment.
    expect(parse(text, { since })).toMatchObject({
      entries: [{ url: 'https://quay.example/2024-06-03' }],
      skipped: { 'older than asked for': 2, 'without a date': 1 },
    });
  });

  it('leaves out other hosts where it is asked to', () => {
    const text = urlset(
      url('https://quay.example/a') + url('https://other.example/b') + url('http://quay.example:8080/c'),
    );
    expect(entriesOf(text)).toHaveLength(3);
    expect(parse(text, { sameHost: true })).toMatchObject({
      entries: [{ url: 'https://quay.example/a' }],
      skipped: { 'on another host': 2 },
    });
  });

  it('reads a list of addresses as text', () => {
    expect(parse('\uFEFFhttps://quay.example/a\r\n\nhttps://quay.example/b\nnothing\n', {})).toEqual({
      kind: 'pages',
      entries: [{ url: 'https://quay.example/a' }, { url: 'https://quay.example/b' }],
      skipped: { 'no http or https address': 1 },
    });
  });
});

describe('parseSitemap on news', () => {
  it('reads what the news extension says, and that alone is news', () => {
    const news = (fields: string): string => `<news:news>${fields}</news:news>`;
    const found = parse(
      urlset(
        url('https://quay.example/about') +
          url(
            'https://quay.example/ferries',
            news(`<news:publication><news:name>Harbour Times</news:name><news:language>en</news:language></news:publication>
              <news:publication_date>2024-06-04T09:30:00+02:00</news:publication_date>
              <news:title>Ferries &amp; tides</news:title><news:keywords>ferries, tides, ferries,</news:keywords>`),
          ) +
          url('https://quay.example/bare', news('')),
      ),
    );
    expect(found).toEqual({
      kind: 'news',
      entries: [
        {
          url: 'https://quay.example/ferries',
          news: {
            title: 'Ferries & tides',
            published: { raw: '2024-06-04T09:30:00+02:00', iso: '2024-06-04T07:30:00.000Z' },
            language: 'en',
            publication: 'Harbour Times',
            keywords: ['ferries', 'tides'],
          },
        },
        { url: 'https://quay.example/bare', news: {} },
      ],
      skipped: { 'not marked as news': 1 },
    });
  });

  it('reads them under other prefixes and in other charsets', () => {
    const text = `<?xml version="1.0" encoding="ISO-8859-1"?><s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"
      xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><s:url><s:loc>https://quay.example/a</s:loc>
      <n:news><n:title>Caf\xe9</n:title></n:news></s:url></s:urlset>`;
    const octets = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(parseSitemap(octets, { url: URL_OF })).toMatchObject({
      kind: 'news',
      entries: [{ news: { title: 'Café' } }],
    });
  });
});

describe('parseSitemap on an index', () => {
  it('lists the sitemaps, however old', () => {
    const text = `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      <sitemap><loc>https://quay.example/1.xml.gz</loc><lastmod>2020-01-01</lastmod></sitemap>
      <sitemap><loc>https://quay.example/2.xml.gz</loc></sitemap></sitemapindex>`;
    expect(parse(text, { since: new Date('2024-01-01T00:00:00Z') })).toEqual({
      kind: 'index',
      sitemaps: [
        { url: 'https://quay.example/1.xml.gz', lastmod: { raw: '2020-01-01', iso: '2020-01-01T00:00:00.000Z' } },
        { url: 'https://quay.example/2.xml.gz' },
      ],
      skipped: {},
    });
  });
});

describe('parseSitemap within its limits', () => {
  it('knows gzip by its octets', () => {
    expect(
      parseSitemap(gzipSync(urlset(url('https://quay.example/a'))), { url: URL_OF, contentType: 'text/xml' }),
    ).toMatchObject({
      entries: [{ url: 'https://quay.example/a' }],
    });
  });

  it('refuses what inflates to more than the protocol allows', () => {
    const bomb = gzipSync(Buffer.alloc(MAX_SITEMAP_BYTES + 1, 0x20), { level: 9 });
    expect(() => parseSitemap(bomb, { url: URL_OF })).toThrow(NotASitemap);
    expect(() => parseSitemap(new Uint8Array(MAX_SITEMAP_BYTES + 1), { url: URL_OF })).toThrow('larger than');
  });

  it('stops after the entries that the protocol allows, and says so', () => {
    const many = url('https://quay.example/a').repeat(MAX_SITEMAP_ENTRIES + 2);
    const found = parse(urlset(many)) as PageSitemap;
    expect(found.entries).toHaveLength(MAX_SITEMAP_ENTRIES);
    expect(found.cutShort).toContain('50000 entries');
    const text = parse('https://quay.example/a\n'.repeat(MAX_SITEMAP_ENTRIES + 2)) as PageSitemap;
    expect(text.entries).toHaveLength(MAX_SITEMAP_ENTRIES);
    expect(text.cutShort).toContain('50000 entries');
  });

  it('keeps what was read of a document that breaks off', () => {
    const found = parse(
      urlset(url('https://quay.example/a')).replace('</urlset>', '<url><loc>https://quay.ex'),
    ) as PageSitemap;
    expect(found.entries).toHaveLength(1);
    expect(found.cutShort).toContain('ends before');
  });

  it('expands no entities', () => {
    const bomb = `<!DOCTYPE urlset [<!ENTITY a "https://quay.example/"><!ENTITY b SYSTEM "file:///etc/passwd">]>${urlset(
      url('&a;') + url('https://quay.example/&b;'),
    ).replace(/^<\?xml[^>]*>/, '')}`;
    expect(entriesOf(bomb)).toEqual(['https://quay.example/&b;']);
  });

  it.each([
    ['', 'nothing'],
    ['<!DOCTYPE html><html><body>', 'an HTML page'],
    ['<rss version="2.0"/>', 'a feed (RSS)'],
    ['<note/>', 'root <note>'],
    ['<', 'neither XML'],
    ['Moved', 'neither XML'],
    ['\x1f\x8b\x08\x00', 'gzip that cannot be read'],
  ])('says what %j looks like', (text, looksLike) => {
    const octets = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => parseSitemap(octets, { url: URL_OF })).toThrow(looksLike);
  });

  it.each([
    '<url>',
    '<url><loc>',
    '<loc>',
    '<!--',
    '<![CDATA[',
    '<a b="',
    '&a;',
    '<',
    '</url>',
    '<url><loc>x</loc></url>',
  ])('comes to an end on a megabyte of %s', (unit) => {
    const text = `<urlset>${unit.repeat(1_000_000 / unit.length)}`;
    expect((parse(text) as PageSitemap).entries).toEqual([]);
  });

  it('lists every address once and in order, wherever the pieces fall', () => {
    fc.assert(
      fc.property(fc.array(fc.webUrl({ withFragments: false }), { maxLength: 10 }), fc.nat(70_000), (urls, padding) => {
        const written = urls.map((address) => url(address.replaceAll('&', '&amp;'))).join('');
        const text = urlset(`<!--${'é'.repeat(padding)}-->${written}`);
        expect(entriesOf(text)).toEqual(urls.map((address) => new URL(address).href));
      }),
      { numRuns: 20 },
    );
  });

  it('takes any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (octets, asXml) => {
        const bytes = asXml ? Buffer.concat([utf8('<urlset><url><loc>'), octets]) : octets;
        try {
          parseSitemap(bytes, { url: URL_OF });
        } catch (error) {
          expect(error).toBeInstanceOf(NotASitemap);
        }
      }),
    );
  });
});
