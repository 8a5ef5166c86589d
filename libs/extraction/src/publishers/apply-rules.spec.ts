import { describe, expect, it } from '@jest/globals';
import type { ExtractedArticle } from '../article.js';
import { explainArticle } from '../explain/explain-article.js';
import { extractArticle } from '../extract-article.js';
import type { PublisherDefinition } from './definition.js';
import { definePublisher } from './publisher.js';
import { PublisherRules } from './publisher-rules.js';

const URL = 'https://www.courier.example/news/bridge';
const LONG = 'The council closed the bridge after engineers had found cracks in two of its nine piers, it said.';
const PAGE = `<html lang="en"><head><title>Bridge closed</title><meta name="author" content="Jo Vane">
<meta property="article:published_time" content="2026-03-02T08:00:00Z"></head><body>
<div class="promo"><h1>Subscribe today</h1></div>
<h1 class="headline">Bridge closed until spring</h1>
<p class="sig">Words: <a href="/ann-lee">Ann Lee</a></p><time class="first" datetime="2026-03-01T06:30:00Z"></time>
<article><p>${LONG} <span class="person">Mayor Bo Dell: more about the mayor</span></p>
<p>Every story of the Courier is printed on paper from the forests of the county.</p>
<p>Traffic is led over the old ferry road, where buses run every twelve minutes until the piers are mended.</p></article>
<aside class="facts"><p>The bridge was built in 1874 and carries fourteen thousand vehicles on a working day.</p></aside>
</body></html>`;

function extract(rules: Partial<PublisherDefinition> | undefined): ExtractedArticle {
  const definition = { name: 'Courier', hosts: ['courier.example'], note: 'a test', ...rules };
  const publishers = rules && new PublisherRules([definePublisher(definition)]);
  const found = extractArticle({ html: PAGE, url: URL }, { publishers });
  if (!found.ok) throw new Error(found.detail);
  return found.article;
}

describe('publisher rules', () => {
  it('count only when they are handed over', () => {
    const { title, authors, text } = extract(undefined);
    expect([title, authors]).toEqual(['Bridge closed until spring', [{ name: 'Jo Vane' }]]);
    expect(text).toContain('more about the mayor');
  });

  it('win over every generic signal, and tell where a value came from', () => {
    const article = extract({
      fields: { title: '.headline', authors: '.sig a', published: ['.none', 'time.first'], section: 'html@lang' },
    });
    expect(article.authors).toEqual([{ name: 'Ann Lee', url: 'https://www.courier.example/ann-lee' }]);
    expect(article.published).toMatchObject({ iso: '2026-03-01T06:30:00Z', source: 'publisher-rule' });
    expect(article.provenance['published']).toEqual({
      source: 'publisher-rule',
      rule: 'time.first',
      confidence: 0.99,
    });
    expect(article.section).toBe('en');
    expect(article.warnings).toEqual([]);
  });

  it('leave the generic road where they find nothing, and warn', () => {
    const article = extract({ fields: { authors: '.gone', published: 'h1' }, body: '.gone', drop: '.gone' });
    expect(article.authors).toEqual([{ name: 'Jo Vane' }]);
    expect(article.published?.iso).toBe('2026-03-02T08:00:00Z');
    expect(article.text).toContain(LONG);
    expect(article.warnings).toEqual([
      'publisher-rule-missed:authors',
      'publisher-rule-missed:published',
      'publisher-rule-missed:body',
    ]);
  });

  it('drop elements before anything is looked for, inside a paragraph too', () => {
    const { text, blocks } = extract({ drop: ['.person', '.promo'] });
    expect(text).not.toContain('mayor');
    expect(text.startsWith(LONG)).toBe(true);
    expect(blocks).toHaveLength(3);
  });

  it('drop paragraphs by their beginning', () => {
    const { text } = extract({ dropText: 'Every story of the Courier is printed' });
    expect(text).not.toContain('forests');
  });

  it('keep what is named as something else, wherever it stands', () => {
    expect(extract(undefined).text).not.toContain('1874');
    expect(extract({ keep: '.facts' }).text).toMatch(/1874.*working day\.$/);
  });

  it('name the body, in one element or several', () => {
    const facts = extract({ body: '.facts' });
    expect(facts.text).toMatch(/^The bridge was built/);
    expect(facts.provenance['body']).toEqual({ source: 'publisher-rule', rule: '.facts', confidence: 0.99 });
    const both = extract({ body: ['article p:last-child', '.facts'] });
    expect(both.blocks).toHaveLength(2);
  });

  it('fall back to the generic body when theirs holds no text', () => {
    const article = extract({ body: 'time.first' });
    expect(article.text).toContain(LONG);
    expect(article.warnings).toEqual(['publisher-rule-missed:body']);
  });

  it('are explained', () => {
    const rules = { fields: { title: '.headline', section: '.gone' }, body: '.facts', drop: '.person' };
    const publishers = new PublisherRules([
      definePublisher({ name: 'Courier', hosts: ['courier.example'], note: 'a test', ...rules }),
    ]);
    const { publisher, fields, body } = explainArticle({ html: PAGE, url: URL }, { publishers });
    expect(publisher).toEqual({
      name: 'Courier',
      note: 'a test',
      missed: ['section'],
      dropped: [{ selector: '.person', text: 'Mayor Bo Dell: more about the mayor' }],
    });
    expect(fields[0]!.candidates[0]).toMatchObject({ source: 'publisher-rule', rule: '.headline', chosen: true });
    expect(body.contents).toEqual([
      { source: 'publisher-rule', rule: '.facts', confidence: 0.99, letters: 85, chosen: true },
    ]);
    expect(body.candidates).toEqual([
      { path: 'html > body > aside.facts', letters: 85, share: 1, score: 85, chosen: true },
    ]);
    expect(body.blocks.filter(({ kept }) => kept).map(({ characters }) => characters)).toEqual([85]);
  });
});
