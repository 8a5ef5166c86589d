import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractArticle } from '../extract-article.js';
import { explainArticle } from './explain-article.js';

const GOLDEN = join(import.meta.dirname, '../../golden');
const pages = readdirSync(GOLDEN).filter((file) => file.endsWith('.html'));

describe('explainArticle', () => {
  it.each(pages)('says of %s what the extraction did', (file) => {
    const page = { html: readFileSync(join(GOLDEN, file), 'utf8'), url: `https://www.example.com/news/${file}` };
    const found = extractArticle(page);
    const explained = explainArticle(page);
    expect(explained.outcome.article).toBe(found.ok);
    if (!found.ok) return;
    const { provenance, images, missing, warnings } = found.article;
    for (const { field, candidates } of explained.fields) {
      const { source, rule, confidence, chosen } = candidates[0]!;
      expect([field, chosen, { source, rule, confidence }]).toEqual([
        field,
        true,
        { rule: undefined, ...provenance[field] },
      ]);
      expect(candidates.filter((candidate) => candidate.chosen)).toHaveLength(1);
    }
    expect(explained.images.filter(({ kept }) => kept).map(({ url }) => url)).toEqual(images.map(({ url }) => url));
    expect(explained.body.contents.filter(({ chosen }) => chosen).map(({ source }) => source)).toEqual([
      provenance['body']!.source,
    ]);
    expect([explained.missing, explained.warnings]).toEqual([missing, warnings]);
    const text = found.article.text.replace(/\s+/g, ' ');
    for (const { text: beginning, kept } of explained.body.blocks)
      if (kept) expect(text).toContain(beginning.slice(0, 40));
  });

  it('gives the reason for what was left out', () => {
    const html = `<html lang="en"><head><title>Mill reopens</title></head><body><nav>Home News</nav><article><h1>Mill reopens</h1>
      <p class="byline">By Ann Lee</p><p>The old mill on the river opened its doors on Monday after nine years of careful work.</p>
      <p>Read more: <a href="/x">The year in pictures</a></p><p>1 March 2026</p><p><a href="/y">Ten mills to see</a></p>
      <p>Visitors may see the wheel turn from ten in the morning until the light goes in the evening.</p>
      <div class="newsletter">Our letter every morning</div></article><footer>Contact us</footer></body></html>`;
    const { body } = explainArticle({ html, url: 'https://www.example.com/news/mill' });
    expect(body.blocks.map(({ text, why }) => [text.slice(0, 12), why])).toEqual([
      ['Home News', 'frame'],
      ['Mill reopens', 'page-heading'],
      ['By Ann Lee', 'byline'],
      ['The old mill', 'running-text'],
      ['Read more: T', 'lone-link'],
      ['1 March 2026', 'date-line'],
      ['Ten mills to', 'lone-link'],
      ['Visitors may', 'running-text'],
      ['Our letter e', 'promotion'],
      ['Contact us', 'frame'],
    ]);
    expect(body.candidates[0]).toMatchObject({ path: 'html > body > article', share: 1, chosen: true });
  });

  it.each([
    ['no address', { html: '<p>Hi', url: 'nowhere' }, 'invalid-url'],
    ['an empty page', { html: ' ', url: 'https://www.example.com/' }, 'empty-page'],
    ['no title', { html: '<p>Hi', url: 'https://www.example.com/' }, 'no-title'],
    ['no text', { html: '<h1>Hi</h1>', url: 'https://www.example.com/' }, 'no-body'],
  ])('explains %s', (_, page, reason) => {
    expect(explainArticle(page)).toMatchObject({ outcome: { article: false, reason }, missing: [], warnings: [] });
  });
});
