import type { EventOf, pageFetched } from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { readDocument } from './read-document.js';

type Page = EventOf<typeof pageFetched>;

const SENTENCE = 'The ferry left the northern quay at dawn with forty passengers and a cargo of timber on board. ';
const paragraphs = (count: number, of = SENTENCE): string => `<p>${of.repeat(3)}</p>`.repeat(count);
const document = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>Ferry leaves</title><meta property="og:title" content="Ferry leaves">
   <meta property="og:type" content="article"><meta name="author" content="Ada Quay"></head>
   <body><article><h1>Ferry leaves</h1>${body}</article></body></html>`;

function read(content: string, hints: Page['hints'], changes: Partial<Page> = {}): ReturnType<typeof readDocument> {
  return readDocument({
    receiptId: 'r-1',
    origin: { mode: 'feed', source: 'https://quay.example/feed' },
    pageId: 'p-1',
    url: { original: 'https://quay.example/2026/ferry-leaves', final: 'https://quay.example/2026/ferry-leaves' },
    mediaType: 'text/html',
    content,
    fetchedAt: '2026-06-01T12:00:00.000Z',
    hints,
    ...changes,
  });
}

function recordOf(...args: Parameters<typeof read>) {
  const found = read(...args);
  if (!found.ok) throw new Error(found.reason);
  return found.version.record;
}

const whole = {
  title: 'Ferry leaves at dawn',
  published: 'Mon, 01 Jun 2026 08:00:00 GMT',
  authors: ['Bo Pier'],
  language: 'en',
  content: `${paragraphs(6)}<p>Last words of the entry, which no page shows to those who have not paid for it.</p><script>alert(1)</script>`,
};

describe('the content of a feed entry', () => {
  it('gives way to the page, where the page has the article', () => {
    const record = recordOf(document(paragraphs(5)), whole);
    expect(record.bodies?.[0]?.value).not.toContain('Last words');
    expect(record.x.provenance['body']?.source).not.toBe('feed');
    expect(record.x.parse.warnings.join()).not.toContain('feed entry');
  });

  it('is the body, where the page shows less than half of it; the rest stays the word of the page', () => {
    const record = recordOf(document(paragraphs(1)), whole);
    expect(record.bodies?.[0]?.value).toContain('Last words');
    expect(record.headlines?.[0]?.value).toBe('Ferry leaves');
    expect(record.by).toBe('Ada Quay');
    expect(record.x.provenance['body']).toMatchObject({ source: 'feed' });
    expect(record.x.provenance['title']?.source).not.toBe('feed');
    expect(record.x.parse.warnings.join()).toContain('feed entry');
  });

  it('is the document, where the page shows no article', () => {
    const record = recordOf('<html><head><title>Quay</title></head><body><div id="app"></div></body></html>', whole);
    expect(record).toMatchObject({
      headlines: [{ value: 'Ferry leaves at dawn' }],
      by: 'Bo Pier',
      language: 'en',
      contentCreated: '2026-06-01T08:00:00Z',
    });
    expect(record.bodies?.[0]?.value).toContain('Last words');
    expect(new Set(Object.values(record.x.provenance).map(({ source }) => source))).toEqual(new Set(['feed']));
  });

  it('is the document, where the page could not be had', () => {
    const record = recordOf('', whole, { unavailable: 'HTTP status 403' });
    expect(record.bodies?.[0]?.value).toContain('Last words');
    expect(record.x.provenance['title']).toMatchObject({ source: 'feed' });
  });

  it('is sanitised as pages are', () => {
    expect(JSON.stringify(recordOf('', whole))).not.toContain('alert(1)');
  });

  it.each([
    [
      'an error page',
      '<html><head><title>Page not found</title></head><body><h1>Page not found</h1><p>404</p></body></html>',
    ],
  ])('changes nothing about %s', (_what, html) => {
    expect(read(html, whole)).toMatchObject({ ok: false, reason: expect.stringContaining('error-page') });
  });

  it('replaces nothing where it is a teaser itself, and is no document then', () => {
    const teaser = { ...whole, content: `<p>${SENTENCE}</p>` };
    expect(
      recordOf(document(`<p>${SENTENCE.slice(0, 40)}</p>${paragraphs(1)}`), teaser).x.provenance['body']?.source,
    ).not.toBe('feed');
    const refused = read('', { ...whole, content: '<p>Read on.</p>' }, { unavailable: 'HTTP status 402' });
    expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(/^HTTP status 402; its feed entry: /) });
  });

  it('is not asked for where the feed delivers none', () => {
    expect(read('', { title: 'T' })).toMatchObject({ ok: false, reason: expect.stringContaining('empty-page') });
  });
});
