import { afterAll, describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import type { Extraction } from './article.js';
import { extractArticle, MAX_HTML } from './extract-article.js';
import { MAX_DEPTH } from './html-tree.js';

// As in a process that holds much compiled code: loops of expressions then need stack for every character.
setFlagsFromString('--no-regexp-optimization');
afterAll(() => setFlagsFromString('--regexp-optimization'));

const url = 'https://www.example.com/news/story';
const sentence =
  'The harbour master said on Monday that the ferry would sail again, and nobody on the quay believed it. ';
const paragraphs = (count: number): string => `<p>${sentence.repeat(3)}</p>`.repeat(count);
const page = (body: string, head = '<title>The ferry sails again</title>'): string =>
  `<html><head>${head}</head><body>${body}</body></html>`;

/** Every string in a result, keys included. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => [key, ...strings(entry)]);
}

function expectSound(found: Extraction): void {
  expect(strings(found).filter((text) => !text.isWellFormed() || text.includes('\u0000'))).toEqual([]);
  expect(found.ok ? found.article.text : found.detail).not.toBe('');
}

describe('pages without an article', () => {
  it.each([
    ['no characters', '', 'empty-page'],
    ['white space', ' \n\t\u00a0', 'empty-page'],
    ['tags alone', page('<div><span></span></div>'), 'no-body'],
    ['plain text without a title', 'just some words', 'no-title'],
    [
      'an error page',
      page(
        '<h1>Page not found</h1><p>Sorry, we could not find what you were looking for today.</p>',
        '<title>404</title>',
      ),
      'error-page',
    ],
    [
      'a login form',
      page(
        '<p>Please log in with your account to go on reading the pages of this site.</p><form><input type="password"></form>',
      ),
      'login-wall',
    ],
  ])('%s', (_name, html, reason) => {
    expect(extractArticle({ html, url })).toMatchObject({ ok: false, reason });
  });

  it('an error status, whatever the page says', () => {
    expect(extractArticle({ html: page(paragraphs(5)), url, status: 503 })).toMatchObject({
      ok: false,
      reason: 'error-status',
    });
  });

  it.each(['', 'not a url', 'ftp://example.com/a', 'javascript:alert(1)'])('the address %j', (address) => {
    expect(extractArticle({ html: page(paragraphs(5)), url: address })).toMatchObject({
      ok: false,
      reason: 'invalid-url',
    });
  });

  it('more characters than are read', () => {
    expect(extractArticle({ html: ' '.repeat(MAX_HTML + 1), url })).toMatchObject({ ok: false, reason: 'too-large' });
  });
});

describe('hostile pages end in a result or a reject', () => {
  const many = 100_000;
  const hostile: Record<string, () => string> = {
    'elements nested 100,000 deep': () => page('<div>'.repeat(many) + paragraphs(3) + '</div>'.repeat(many)),
    'links nested 100,000 deep': () => page(`${paragraphs(3)}${'<span><a href="/x">'.repeat(many)}`),
    'closing tags that nothing opened': () =>
      page('<b><i>'.repeat(400) + '</section></em>'.repeat(many) + paragraphs(3)),
    'a million attributes': () =>
      page(`<p ${Array.from({ length: 1_000_000 }, (_, i) => `a${i}=1`).join(' ')}>${sentence}</p>${paragraphs(3)}`),
    'attributes named like object properties': () =>
      page(`<p __proto__="x" constructor="y" hasownproperty="z">${sentence.repeat(5)}</p>`),
    'nothing closed': () =>
      page(`<article><div><p>${sentence.repeat(3)}<p><b>${sentence}<ul><li>${sentence}<table><tr><td>${sentence}`),
    'a tag cut in the middle': () => `${page(paragraphs(3)).replace('</body></html>', '')}<a href="htt`,
    'NUL bytes': () => page(paragraphs(3).replaceAll(' ', ' \u0000')),
    'lone surrogates': () =>
      page(`<p>\ud800 ${sentence.repeat(4)} \udfff &#xD800;</p>`, '<title>Half \ud83d of a sign</title>'),
    'control characters and direction marks': () => page(paragraphs(3).replaceAll('a', 'a\u0007\u202e\u0085')),
    'five megabytes of paragraphs': () => page(paragraphs(16_000)),
    'five megabytes of script': () => page(`<script>${'var a = "<p>"; '.repeat(330_000)}</script>${paragraphs(3)}`),
    'five megabytes of one class name': () =>
      page(`<div class="${'article-body '.repeat(380_000)}">${paragraphs(3)}</div>`),
    'five megabytes without a space': () => page(`<p>${'a'.repeat(5_000_000)}</p>${paragraphs(3)}`),
    'five megabytes of spaces': () =>
      page(`<p>x${' '.repeat(5_000_000)}y</p><pre>x${' '.repeat(1_000_000)}\u0000</pre>${paragraphs(3)}`),
    'five megabytes of zero-width spaces, and of signs outside the plane of most': () =>
      page(`<p>x${'\u200b'.repeat(5_000_000)}y</p><p>x${'\u{1f600}'.repeat(2_500_000)}y</p>${paragraphs(3)}`),
    'an articleBody of one word of five megabytes': () =>
      page(
        paragraphs(3),
        `<title>T</title><script type="application/ld+json">{"@type":"NewsArticle","articleBody":"${'a'.repeat(5_000_000)}"}</script>`,
      ),
    'five megabytes of full stops, brackets and commas': () =>
      page(
        `<p>${'.'.repeat(2_000_000)}</p><p>${'('.repeat(1_500_000)}</p><p>${',;"'.repeat(500_000)}</p>${paragraphs(3)}`,
      ),
    'five megabytes of stray signs': () => page(`<p>${'a < b & c </'.repeat(400_000)}</p>${paragraphs(3)}`),
    'JSON-LD nested 100,000 deep': () =>
      page(paragraphs(3), `<title>T</title><script type="application/ld+json">${'{"a":['.repeat(many)}</script>`),
    'JSON-LD that never ends': () =>
      page(
        paragraphs(3),
        `<title>T</title><script type="application/ld+json">{"@type":"NewsArticle","a":[${'1,,'.repeat(500_000)}"`,
      ),
    'JSON-LD of wrong types': () =>
      page(
        paragraphs(3),
        '<title>T</title><script type="application/ld+json">{"@type":["NewsArticle",7,null],"headline":{"a":1},"author":[[],7,null,{"name":{}}],"image":[null,{"url":[]}],"datePublished":{},"keywords":7,"publisher":[],"articleBody":[1]}</script>',
      ),
    'a million meta elements': () =>
      page(paragraphs(3), `<title>T</title>${'<meta name=author content="A B">'.repeat(100_000)}`),
    'a srcset of two megabytes': () =>
      page(`${paragraphs(3)}<img srcset="${'a.jpg 1w, '.repeat(200_000)}">${paragraphs(3)}`),
    'a hundred thousand images': () => page(`${paragraphs(3)}<div>${'<img src="a.jpg" alt="x">'.repeat(many)}</div>`),
    'a hundred thousand headings, times and bylines': () =>
      page(`${'<h1>T</h1><time>1 May 2024</time><span class=byline>By A</span>'.repeat(30_000)}${paragraphs(3)}`),
    'a paragraph of a hundred thousand pieces': () => page(`${paragraphs(3)}<p>${'<i>word</i> or '.repeat(many)}</p>`),
    'a table of a hundred thousand cells': () =>
      page(`<table>${'<tr><td>1</td><td>2</td></tr>'.repeat(50_000)}</table>${paragraphs(3)}`),
    'microdata nested in itself': () => page(`${'<div itemprop=author itemscope>'.repeat(900)}${paragraphs(3)}`),
  };

  it.each(Object.keys(hostile))('%s', (name) => {
    expectSound(extractArticle({ html: hostile[name]!(), url }));
  });

  /** Shapes whose cost once grew with the square of the page, or would if a bound were lifted. */
  const growing: Record<string, (count: number) => string> = {
    'inline elements in one line': (count) => page(`${'<time>1 May 2024</time>'.repeat(count)}${paragraphs(3)}`),
    'inline elements around every word': (count) =>
      page(`<p>${'<b>'.repeat(800)}${'word <i>x</i> '.repeat(count / 4)}</p>${paragraphs(3)}`),
    'list entries deep in lists': (count) =>
      page(`${paragraphs(3)}${'<ul><li>'.repeat(400)}${`<p>${sentence}</p>`.repeat(count / 8)}`),
    'a title that is the site’s name over and over': (count) =>
      page(
        paragraphs(3),
        `<meta property="og:site_name" content="Example"><meta property="og:title" content="${'Example | '.repeat(count)}x"><title>T</title>`,
      ),
    'a srcset of commas': (count) => page(`${paragraphs(3)}<img src="a.jpg" srcset="x${','.repeat(count)}y, ">`),
    'an organisation of commas': (count) =>
      page(
        paragraphs(3),
        `<title>T</title><script type="application/ld+json">{"@type":"NewsArticle","headline":"T","author":{"@type":"Organization","name":"a${','.repeat(count)}b"}}</script>`,
      ),
    'headlines and teasers': (count) =>
      page(`<div><h3><a href="/a">A headline of a list</a></h3><p>${sentence}</p></div>`.repeat(count / 8)),
  };

  it.each(Object.keys(growing))('time grows as the page does: %s', (name) => {
    const cost = (count: number): number => {
      const html = growing[name]!(count);
      let best = Infinity;
      for (let run = 0; run < 2; run++) {
        const begun = performance.now();
        expectSound(extractArticle({ html, url }));
        best = Math.min(best, performance.now() - begun);
      }
      return best;
    };
    const [short, long] = [cost(4_000), cost(32_000)];
    // Eight times the page; a square would cost 64 times.
    expect(long < 500 || long / short < 32).toBe(true);
  });

  it('reads what stands before the nesting becomes too deep, and says that it stopped', () => {
    const found = extractArticle({ html: page(paragraphs(3) + '<div>'.repeat(MAX_DEPTH + 1) + paragraphs(3)), url });
    expect(found).toMatchObject({ ok: true, article: { warnings: ['page-cut'] } });
  });
});

describe('the html of an article', () => {
  const dangerous = [
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="vbscript:x">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="https://ok.example/&quot; onclick=&quot;alert(1)">x</a>',
    '<b onclick="alert(1)">x</b>',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<svg onload=alert(1)><script>alert(1)</script></svg>',
    '<style>@import "x"</style>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<!--><script>alert(1)</script>-->',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    '<pre>&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;</pre>',
    '<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>',
  ];
  /** Every tag that the serialiser may write. */
  const ALLOWED =
    /<\/?(?:p|h[2-6]|ul|ol|li|dl|dt|dd|blockquote|table|caption|tr|td|th|pre|strong|em|code|br)>|<ol start="\d+">|<t[dh](?: colspan="\d+")?(?: rowspan="\d+")?>|<a href="(?:https?:\/\/|mailto:)[^"<>]*">|<\/a>/g;

  it.each(dangerous)('keeps nothing of %s', (markup) => {
    const found = extractArticle({
      html: page(`<article>${paragraphs(2)}<p>${sentence}${markup}${sentence}</p>${markup}${paragraphs(2)}</article>`),
      url,
    });
    if (!found.ok) throw new Error(found.detail);
    expect(found.article.html.replace(ALLOWED, '')).not.toMatch(/[<>]/);
  });
});
