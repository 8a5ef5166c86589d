import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REJECT_REASONS } from './article.js';
import { extractArticle } from './extract-article.js';

const GOLDEN = join(import.meta.dirname, '../golden');
const golden = readdirSync(GOLDEN)
  .filter((file) => file.endsWith('.html'))
  .map((file) => readFileSync(join(GOLDEN, file), 'utf8'));

/** A fixed seed: the same pages every time, so that a failure can be met again. */
const RUNS = { seed: 20_251_123, numRuns: 300 };

/** Holds for every page whatsoever: a result or a reason, of sound strings, the same one when asked again. */
function expectSound(html: string, url = 'https://www.example.com/news/story'): void {
  const found = extractArticle({ html, url });
  const json = JSON.stringify(found);
  expect(json).not.toMatch(/\\ud[89a-f]|\\u0000/);
  expect(extractArticle({ html, url })).toEqual(found);
  if (!found.ok) {
    expect(REJECT_REASONS).toContain(found.reason);
    expect(found.detail).not.toBe('');
    return;
  }
  const { title, text, blocks, html: written, images } = found.article;
  expect(title.trim()).not.toBe('');
  expect(text.trim()).not.toBe('');
  expect(blocks.length).toBeGreaterThan(0);
  expect(written).not.toMatch(
    /<(?!\/?(?:p|h[2-6]|ul|ol|li|blockquote|table|tr|td|th|caption|dl|dt|dd|pre|strong|em|code|br|a)[ >])/,
  );
  for (const { url: address } of images) expect(address).toMatch(/^https?:\/\//);
}

const fragment = fc.constantFrom(
  ...['<div>', '</div>', '<p>', '</p>', '<article>', '</article>', '<h1>A headline</h1>', '<a href="/x">', '</a>'],
  ...['<ul><li>', '</ul>', '<table><tr><td>', '</table>', '<blockquote>', '<pre>', '</pre>', '<br>', '<b>', '</i>'],
  ...['<script>', '</script>', '<style>', '<svg><title>', '</svg>', '<!--', '-->', '<![CDATA[', '<title>T', '</title>'],
  ...[
    '<img src=x.jpg alt=y>',
    '<figure><figcaption>',
    '<time datetime="2025-05-14">',
    '<meta property="og:type" content="article">',
  ],
  ...['<script type="application/ld+json">{"@type":"NewsArticle","headline":"H",', '"author":[{"name":{}}]}</script>'],
  ...[
    '<meta http-equiv="refresh" content="0;url=/x">',
    '<input type=password>',
    '<div class="comments related byline">',
  ],
  ...[
    '&amp;',
    '&#xD800;',
    '&',
    '<',
    '>',
    '"',
    '\u0000',
    '\ud800',
    '\u202e',
    '<p __proto__=x constructor=y>',
    '<a href="javascript:x">',
  ],
  'The harbour master said on Monday that the ferry would sail again, and nobody believed it. ',
  '港町の灯台が百年ぶりに塗り替えられる。',
);
const soup = fc.array(fc.oneof(fragment, fc.string({ maxLength: 20, unit: 'binary' })), { maxLength: 120 });

/** One change of a page, at a place given as a part of its length. */
interface Change {
  at: number;
  length: number;
  kind: 'cut' | 'double' | 'insert' | 'truncate' | 'move';
  text: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 400 }),
  kind: fc.constantFrom('cut', 'double', 'insert', 'truncate', 'move'),
  text: fc.oneof(fragment, fc.string({ maxLength: 8, unit: 'binary' })),
});

function changed(html: string, { at, length, kind, text }: Change): string {
  const from = Math.floor(at * html.length);
  const piece = html.slice(from, from + length);
  switch (kind) {
    case 'cut':
      return html.slice(0, from) + html.slice(from + length);
    case 'double':
      return html.slice(0, from) + piece + html.slice(from);
    case 'insert':
      return html.slice(0, from) + text + html.slice(from);
    case 'truncate':
      return html.slice(0, from);
    case 'move':
      return piece + html.slice(0, from) + html.slice(from + length);
  }
}

describe('any page ends in a result or a reason', () => {
  it('tag soup', () => {
    fc.assert(
      fc.property(soup, (parts) => expectSound(parts.join(''))),
      RUNS,
    );
  });

  it('golden pages, changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...golden), fc.array(change, { minLength: 1, maxLength: 12 }), (html, changes) =>
        expectSound(changes.reduce(changed, html)),
      ),
      RUNS,
    );
  });

  it('any address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'binary' })), (url) =>
        expectSound(golden[0]!, url),
      ),
      { ...RUNS, numRuns: 60 },
    );
  });
});
