import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Block } from '../article.js';
import { parseHtml, TEXT } from '../html-tree.js';
import { toHtml, toText } from '../serialize.js';
import { buildBlocks } from './blocks.js';
import { segment } from './segments.js';

const BASE = 'https://www.example.com/news/story';

function blocksOf(html: string): Block[] {
  const tree = parseHtml(html);
  const { segments, overlays } = segment(tree);
  return buildBlocks(tree, segments, overlays, BASE);
}

const html = (page: string): string => toHtml(blocksOf(page));

describe('buildBlocks', () => {
  it.each([
    [
      'nested lists',
      '<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>',
      '<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>',
    ],
    ['a numbered list that goes on', '<ol start="4"><li>a</li></ol>', '<ol start="4"><li>a</li></ol>'],
    ['paragraphs in an item', '<ul><li><p>a</p><p>b</p></li></ul>', '<ul><li>a<br>b</li></ul>'],
    ['definitions', '<dl><dt>a</dt><dd><p>b</p><p>c</p></dd></dl>', '<dl><dt>a</dt><dd>b<br>c</dd></dl>'],
    [
      'a quote of two paragraphs',
      '<blockquote><p>a</p><p>b</p></blockquote><blockquote>c</blockquote>',
      '<blockquote><p>a</p><p>b</p></blockquote>\n<blockquote><p>c</p></blockquote>',
    ],
    [
      'a table with empty cells and spans',
      '<table><caption>t</caption><thead><tr><td>a</td><td colspan="2">b</td></tr></thead><tr><td rowspan="2">c</td><td></td><td>d</td></tr></table>',
      '<table><caption>t</caption><tr><th>a</th><th colspan="2">b</th></tr><tr><td rowspan="2">c</td><td></td><td>d</td></tr></table>',
    ],
    [
      'a table in a layout table',
      '<table><tr><td>one<table><tr><th>a</th><td>b</td></tr></table></td><td>two</td></tr></table>',
      '<p>one</p>\n<table><tr><th>a</th><td>b</td></tr></table>\n<p>two</p>',
    ],
    ['a table of one column', '<table><tr><td>a</td></tr><tr><td>b</td></tr></table>', '<p>a</p>\n<p>b</p>'],
    [
      'a table for presentation',
      '<table role="presentation"><tr><td>a</td><td>b</td></tr></table>',
      '<p>a</p>\n<p>b</p>',
    ],
    ['headings with gaps', '<h3>a</h3><p>b</p><h5>c</h5>', '<h2>a</h2>\n<p>b</p>\n<h3>c</h3>'],
    ['preformatted text', '<pre>\n a\n  <b>b</b>\n</pre>', '<pre> a\n  b</pre>'],
    ['line breaks', '<p>a<br>b<br><br>c</p>', '<p>a<br>b</p>\n<p>c</p>'],
    [
      'links',
      '<p><a href="/x">a</a> <a href="#fn">b</a> <a href="data:x">c</a></p>',
      '<p><a href="https://www.example.com/x">a</a> b c</p>',
    ],
    [
      'a pull quote',
      '<p>He said: “We sold out by ten on Saturday.”</p><blockquote>We sold out by ten on Saturday</blockquote>',
      '<p>He said: “We sold out by ten on Saturday.”</p>',
    ],
    ['text of controls', '<p>a<textarea>b</textarea><button>c</button>d</p>', '<p>ad</p>'],
  ])('%s', (_name, page, expected) => {
    expect(html(page)).toBe(expected);
  });
});

const TAGS = (
  'p div span a b strong em i code br ul ol li dl dt dd blockquote table caption thead tbody tr td th pre h1 h2 h3 h4 ' +
  'section article figure figcaption script style svg iframe noscript textarea button img sup cite'
).split(' ');
const ATTRIBUTES = [
  '',
  ' onclick="x()"',
  ' style="color:red"',
  ' href="javascript:x()"',
  ' href="data:text/html,x"',
  ' href="/a?b=1&amp;c=%22"',
  ' href="https://b.example/&quot;onload=x"',
  ' href="mailto:a@b.example"',
  ' colspan="2"',
  ' rowspan=3',
  ' colspan="x onclick"',
  ' start="7"',
  ' role="presentation"',
  ' class="pullquote"',
];

/** Opening and closing tags in any order, between texts that need escaping. */
const soup = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.constantFrom(...TAGS), fc.constantFrom(...ATTRIBUTES))
        .map(([tag, attribute]) => `<${tag}${attribute}>`),
      fc.constantFrom(...TAGS).map((tag) => `</${tag}>`),
      fc.constantFrom(
        'a',
        'b ',
        ' c',
        '&lt;script&gt;',
        '&amp;amp;',
        '"',
        "'",
        '\n',
        '\n\n',
        '&nbsp;',
        '<!-- x -->',
        ' ',
        '日本',
        '<',
        '>',
        '\u200b',
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    'p h2 h3 h4 h5 h6 ul li dl dt dd blockquote table caption tr pre strong em code br'
      .split(' ')
      .map((tag) => [tag, []]),
  ),
  a: ['href'],
  ol: ['start'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan'],
};

const squeezed = (text: string): string => text.replace(/\s+/g, '');

describe('the html of any tag soup', () => {
  it('holds only what is allowed, and the text', () => {
    fc.assert(
      fc.property(soup, (page) => {
        const blocks = blocksOf(page);
        const tree = parseHtml(toHtml(blocks));
        let text = '';
        for (let i = 1; i < tree.size; i++) {
          const name = tree.name(i);
          if (name === TEXT) {
            text += tree.texts[i]!;
            continue;
          }
          expect(Object.keys(ALLOWED)).toContain(name);
          for (const [attribute, value] of tree.attributesOf(i)) {
            expect(ALLOWED[name]).toContain(attribute);
            expect(value).toMatch(attribute === 'href' ? /^(?:https?:|mailto:)/ : /^\d{1,6}$/);
          }
        }
        expect(squeezed(text)).toBe(squeezed(toText(blocks)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same when it is read again', () => {
    fc.assert(
      fc.property(soup, (page) => {
        const once = html(page);
        expect(html(once)).toBe(once);
      }),
      { numRuns: 1_000 },
    );
  });
});
