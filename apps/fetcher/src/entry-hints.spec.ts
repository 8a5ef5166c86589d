import { describe, expect, it } from '@jest/globals';
import { hints, linkDiscovered, MAX_ENTRY_CONTENT_BYTES } from '@newsmill/contracts';
import { encodeEvent } from '@newsmill/stage';
import fc from 'fast-check';
import { hintsOfEntry, hintsOfSitemapEntry } from './entry-hints.js';

const url = 'https://quay.example/ferries';

describe('hints of a feed entry', () => {
  it('are what the entry says of the article, times as written', () => {
    const entry = {
      url,
      guid: 'urn:1',
      title: 'Ferries',
      summary: 'In short',
      contentHtml: '<p>All of it</p>',
      published: { raw: 'Tue, 04 Jun 2024 10:00:00 GMT', iso: '2024-06-04T10:00:00.000Z' },
      updated: { raw: 'soon' },
      authors: ['Ada'],
      categories: ['Sea'],
      language: 'en',
    };
    expect(hintsOfEntry(entry)).toEqual({
      title: 'Ferries',
      published: 'Tue, 04 Jun 2024 10:00:00 GMT',
      updated: 'soon',
      language: 'en',
      authors: ['Ada'],
      content: '<p>All of it</p>',
    });
    expect(hintsOfEntry({ url })).toEqual({});
  });

  it('leave content over the limit away, whole: in octets, not in characters', () => {
    const at = 'é'.repeat(MAX_ENTRY_CONTENT_BYTES / 2);
    expect(hintsOfEntry({ url, contentHtml: at }).content).toBe(at);
    expect(hintsOfEntry({ url, title: 'T', contentHtml: `${at}x` })).toEqual({ title: 'T' });
  });

  it('fit on their topic, whatever the entry holds', () => {
    const worst = {
      url,
      title: '\u0001'.repeat(100_000),
      authors: Array.from({ length: 500 }, () => '\u0002'.repeat(5_000)),
      contentHtml: '\u0001'.repeat(MAX_ENTRY_CONTENT_BYTES),
    };
    const link = {
      receiptId: 'r',
      origin: { mode: 'feed' as const, source: url },
      url,
      host: 'quay.example',
      discoveredAt: '2024-06-04T10:00:00.000Z',
      hints: hintsOfEntry(worst),
    };
    const record = encodeEvent('newsmill', linkDiscovered, link, { id: 'i', source: '/newsmill/feed', time: 0 });
    expect(record.value!.length).toBeLessThanOrEqual(linkDiscovered.maxBytes);
  });

  it('are well-formed for any entry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (text, authors) => {
        const found = hintsOfEntry({ url, title: text, authors, contentHtml: text, published: { raw: text } });
        expect(hints.parse(found)).toEqual(found);
        expect(JSON.stringify(found)).toBe(JSON.stringify(found).toWellFormed());
      }),
    );
  });
});

describe('hints of a sitemap entry', () => {
  it('are those of news; the day of a change is not when an article was published', () => {
    const lastmod = { raw: '2024-06-04', iso: '2024-06-04T00:00:00.000Z' };
    expect(hintsOfSitemapEntry({ url, lastmod })).toEqual({});
    expect(
      hintsOfSitemapEntry({
        url,
        lastmod,
        news: { title: 'Ferries', published: { raw: '2024-06-03' }, language: 'en' },
      }),
    ).toEqual({ title: 'Ferries', published: '2024-06-03', language: 'en' });
  });
});
