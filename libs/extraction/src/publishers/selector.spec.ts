import { describe, expect, it } from '@jest/globals';
import { parseHtml } from '../html-tree.js';
import { compileLocator, locate } from './locator.js';
import { compileSelector } from './selector.js';

const PAGE = `
<main id="top" class="page wide">
  <h1 class="headline" data-kind="Story">One</h1>
  <p class="byline">Two <a href="/a" rel="author nofollow">Three</a></p>
  <div><p>Four</p><p lang="en-GB">Five</p><section><p class="lead">Six</p></section></div>
  <ul><li>a</li><li>b</li><li>c</li><li>d</li></ul>
</main>`;

function texts(selector: string, html = PAGE): string[] {
  const tree = parseHtml(html);
  return compileSelector(selector)
    .select(tree)
    .map((node) => tree.textContent(node).trim());
}

describe('selectors', () => {
  it.each([
    ['h1', ['One']],
    ['#top .lead', ['Six']],
    ['main.page.wide > h1', ['One']],
    ['div > p', ['Four', 'Five']],
    ['main p', ['Two Three', 'Four', 'Five', 'Six']],
    ['main > div p.lead', ['Six']],
    ['h1 + p', ['Two Three']],
    ['h1 ~ div > p', ['Four', 'Five']],
    ['.lead, h1', ['One', 'Six']],
    ['[data-kind=story i]', ['One']],
    ['[data-kind=story]', []],
    ['[rel~=nofollow]', ['Three']],
    ['[lang|=en]', ['Five']],
    ['[class^=head]', ['One']],
    ['[class$=line]', ['One', 'Two Three']],
    ['[class*=yli]', ['Two Three']],
    ['div > p:not([lang])', ['Four']],
    ['div > :is(p, section):last-child', ['Six']],
    ['li:first-child', ['a']],
    ['li:nth-child(2n)', ['b', 'd']],
    ['li:nth-child(odd)', ['a', 'c']],
    ['li:nth-child(-n+2)', ['a', 'b']],
    ['li:nth-child(n + 4)', ['d']],
    ['section div', []],
  ])('%s', (selector, expected) => {
    expect(texts(selector)).toEqual(expected);
  });

  it.each(['h1[', 'p:has(a)', 'p::before', ':nth-child(x)', '> p', 'p >', Array(40).fill('a').join(' ')])(
    'refuses %s',
    (selector) => {
      expect(() => compileSelector(selector)).toThrow();
    },
  );

  it('matches hostile pages: what is not linear in their size is stopped by the time that a test may take', () => {
    const deep = '<div class="a">'.repeat(900) + 'x'.repeat(10) + '</div>'.repeat(900);
    const wide = `<section>${'<p class="a">x</p>'.repeat(60_000)}</section>`;
    const tree = parseHtml(deep.repeat(40) + wide);
    const found = ['.a .a .a .a .a .b', '.a ~ .a ~ .a + .b', '.a:nth-child(3n+1):last-child'].map(
      (selector) => compileSelector(selector).select(tree).length,
    );
    expect(found).toEqual([0, 0, 40 * 899]);
  });
});

describe('locators', () => {
  it.each([
    ['time', ['2026-03-01']],
    ['time@title', ['Sunday']],
    ['meta[name=author]', ['Ann Lee']],
    ['img', ['/lead.jpg']],
    ['img@alt', ['A bridge']],
    ['.by', ['By Ann Lee']],
    ['.by@title', []],
  ])('%s', (source, expected) => {
    const tree = parseHtml(
      '<meta name="author" content="Ann Lee"><time datetime="2026-03-01" title="Sunday">1 March</time>' +
        '<img src="/lead.jpg" alt="A bridge"><div class="by"><div>By</div><div>Ann  Lee</div></div>',
    );
    expect(locate(tree, compileLocator(source)).map(({ value }) => value)).toEqual(expected);
  });
});
