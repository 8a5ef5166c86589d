import { describe, expect, it } from '@jest/globals';
import { ldText, ldUrl, readJsonLd } from './json-ld.js';
import { parseLooseJson } from './json-repair.js';

describe('parseLooseJson', () => {
  it.each([
    ['valid JSON', '{"a":[1,"x"]}', { a: [1, 'x'] }],
    ['trailing commas', '{"a":[1,2,],"b":{"c":3, },}', { a: [1, 2], b: { c: 3 } }],
    ['a trailing semicolon', '{"a":1};', { a: 1 }],
    ['comments', '/* by hand */ {"a":1, // one\n "b":2}', { a: 1, b: 2 }],
    ['comment signs inside strings', '{"a":"http://x.example/*b*/",}', { a: 'http://x.example/*b*/' }],
    ['an HTML comment around it', '<!-- {"a":1} -->', { a: 1 }],
    ['CDATA around it', '//<![CDATA[\n{"a":1}\n//]]>', { a: 1 }],
    ['line breaks and tabs inside strings', '{"a":"one\ntwo\tthree"}', { a: 'one\ntwo\tthree' }],
    [
      'escapes that JSON does not know',
      String.raw`{"a":"it\'s","b":"c:\\x","d":"\u12"}`,
      { a: "it's", b: 'c:\\x', d: 'u12' },
    ],
    ['several values in a row', '{"a":1}\n{"b":2}', [{ a: 1 }, { b: 2 }]],
    [
      'bare quotes inside strings',
      '{"a":"he said "no", twice","b":["x "y" z"]}',
      { a: 'he said "no", twice', b: ['x "y" z'] },
    ],
    ['quotes written as references', '{&quot;a&quot;:&quot;x &amp; y&quot;}', { a: 'x & y' }],
    ['nested arrays before a closing mark', '[[1,],]', [[1]]],
  ])('reads %s', (_name, text, value) => {
    expect(parseLooseJson(text)).toEqual(value);
  });

  it.each(['', 'window.x = 1', '{"a":', '{"a":"never closed'])('gives nothing for %j', (text) => {
    expect(parseLooseJson(text)).toBeUndefined();
  });
});

describe('readJsonLd', () => {
  const page = 'https://news.example/a/bridge';

  it('takes the article of this page among teasers of others', () => {
    const teaser = {
      '@type': 'NewsArticle',
      headline: 'Other',
      url: 'https://news.example/a/other',
      datePublished: '2024-01-01',
      author: 'X',
    };
    const own = {
      '@type': 'NewsArticle',
      headline: 'Bridge',
      mainEntityOfPage: { '@id': 'http://www.news.example/a/bridge/?x=1' },
    };
    const { article } = readJsonLd([JSON.stringify([teaser, own])], [page]);
    expect(article).toMatchObject({ headline: 'Bridge' });
  });

  it('finds articles in @graph, in arrays and inside other nodes, and follows @id', () => {
    const { article, resolve } = readJsonLd(
      [
        JSON.stringify({
          '@graph': [
            {
              '@type': 'WebPage',
              mainEntity: {
                '@type': ['http://schema.org/ReportageNewsArticle'],
                headline: 'A',
                author: { '@id': '#p' },
              },
            },
            { '@type': 'Person', '@id': '#p', name: 'Ada Voss' },
          ],
        }),
      ],
      [page],
    );
    expect(article).toMatchObject({ headline: 'A' });
    expect(resolve(article?.['author'])).toMatchObject({ name: 'Ada Voss' });
  });

  it('has no article when the page is something else', () => {
    expect(readJsonLd(['{"@type":"Product","name":"Chair"}', 'broken'], [page]).article).toBeUndefined();
  });
});

describe('values', () => {
  it('are read in every form that JSON-LD allows', () => {
    expect(ldText(['', { '@value': 'x' }])).toBe('x');
    expect(ldText({ name: 'x' })).toBeUndefined();
    expect(ldUrl([{ url: ['https://a.example/'] }])).toBe('https://a.example/');
    expect(ldUrl({ '@id': 'https://a.example/' })).toBe('https://a.example/');
  });
});
