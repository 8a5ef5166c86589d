import { describe, expect, it } from '@jest/globals';
import type { Author } from '../article.js';
import { parseHtml } from '../html-tree.js';
import { readPageMetadata } from '../metadata/page-metadata.js';
import { authorCandidates } from './authors.js';
import { mostTrusted } from './candidate.js';

const url = 'https://www.northmoor-ledger.example/north/ferry';
const siteNames = ['The Northmoor Ledger', 'northmoor-ledger.example'];

/** The authors of a page whose body begins at its first `<p>`. */
function authorsOf(html: string): Author[] {
  const tree = parseHtml(html);
  const page = readPageMetadata(tree, url);
  const around = { title: tree.names.indexOf('h1'), body: tree.names.indexOf('p'), siteNames };
  return mostTrusted(authorCandidates(tree, page, around))?.value ?? [];
}

const namesOf = (html: string): string[] => authorsOf(html).map(({ name }) => name);
const ld = (author: unknown): string =>
  `<script type="application/ld+json">${JSON.stringify({ '@type': 'NewsArticle', headline: 'Ferry', author })}</script>`;
const body = '<p>The ferry sails again.</p>';

describe('authors in JSON-LD', () => {
  it.each<[string, unknown, string[]]>([
    ['a string', 'Ada Voss', ['Ada Voss']],
    ['a string of several', 'Ada Voss, Ben Ishikawa and Carla Ruiz', ['Ada Voss', 'Ben Ishikawa', 'Carla Ruiz']],
    ['an array of strings', ['Ada Voss', 'Ben Ishikawa'], ['Ada Voss', 'Ben Ishikawa']],
    ['a list node', { '@list': [{ '@type': 'Person', name: 'Ada Voss' }] }, ['Ada Voss']],
    ['a given and a family name', { '@type': 'Person', givenName: 'Ada', familyName: 'Voss' }, ['Ada Voss']],
    ['a name with the house', { '@type': 'Person', name: 'Ada Voss | The River Journal' }, ['Ada Voss']],
    [
      'the site as an organisation',
      { '@type': 'Organization', name: 'The Northmoor Ledger' },
      ['The Northmoor Ledger'],
    ],
    ['the site as a person', { '@type': 'Person', name: 'Northmoor-Ledger.example' }, []],
    ['a host', { '@type': 'Organization', name: 'ledger.example' }, []],
    ['an agency', { '@type': 'Organization', name: 'dpa' }, ['dpa']],
    ['an address', 'https://northmoor-ledger.example/staff/ada', []],
  ])('%s', (_name, author, names) => {
    expect(namesOf(`${ld(author)}<h1>Ferry</h1>${body}`)).toEqual(names);
  });

  it('keep the page of the author', () => {
    expect(authorsOf(`${ld({ '@type': 'Person', name: 'Ada Voss', url: '/staff/ada' })}<h1>Ferry</h1>${body}`)).toEqual(
      [{ name: 'Ada Voss', url: 'https://www.northmoor-ledger.example/staff/ada' }],
    );
  });

  it('a house that signs comes after a person that the page names', () => {
    const html = `${ld({ '@type': 'Organization', name: 'River Media Group' })}<h1>Ferry</h1><div class="byline">By Ada Voss</div>${body}`;
    expect(namesOf(html)).toEqual(['Ada Voss']);
  });
});

describe('authors in meta elements', () => {
  it.each([
    ['<meta name="dc.creator" content="Voss, Ada">', ['Ada Voss']],
    ['<meta name="author" content="By Ada Voss, Senior Reporter">', ['Ada Voss']],
    ['<meta property="article:author" content="https://social.example/ledger">', []],
    ['<meta name="author" content="The Northmoor Ledger">', []],
    ['<meta name="author" content="April Glaser">', ['April Glaser']],
  ])('%s', (meta, names) => {
    expect(namesOf(`${meta}<h1>Ferry</h1>${body}`)).toEqual(names);
  });
});

describe('visible bylines', () => {
  it.each([
    [
      'elements without spaces between',
      '<div class="byline"><span>By</span><a>Ada Voss</a><div>Chief Critic</div></div>',
      ['Ada Voss'],
    ],
    ['a word glued to the name', '<div class="byline">ByAda Voss</div>', ['Ada Voss']],
    [
      'links side by side',
      '<div class="authors"><a>Ada Voss</a><a>Ben Ishikawa</a></div>',
      ['Ada Voss', 'Ben Ishikawa'],
    ],
    [
      'a date before the name',
      '<div class="post-author">12 March 2024 at 6:08 PM by <a>Ada Voss</a></div>',
      ['Ada Voss'],
    ],
    ['a line without a class', '<div>By <span>Ada Voss</span></div><div>12 March</div>', ['Ada Voss']],
    ['an author page', '<div><a href="/autoren/ada-voss">Ada Voss</a></div>', ['Ada Voss']],
    ['German', '<div>Von Jette Brammer und Kwame Osei</div>', ['Jette Brammer', 'Kwame Osei']],
    ['Spanish', '<div>Por Lucía Benavent</div>', ['Lucía Benavent']],
    ['Polish', '<div class="author">Autor: Anna Zielińska i Jan Nowak</div>', ['Anna Zielińska', 'Jan Nowak']],
    ['Russian', '<div class="author">Автор: Анна Ветрова</div>', ['Анна Ветрова']],
    ['Arabic', '<div>بقلم سامي نور</div>', ['سامي نور']],
    ['Japanese', '<div>文：森田海斗</div>', ['森田海斗']],
    ['Korean', '<div class="byline">박하늘 기자</div>', ['박하늘']],
    ['photographers', '<div class="byline">By Ada Voss | Photographs by Ben Ishikawa</div>', ['Ada Voss']],
    ['tools', '<div class="byline">By Ada Voss<button>Follow</button><div>Link Copied</div></div>', ['Ada Voss']],
    ['a section', '<div class="byline">Politics · Ada Voss</div>', ['Ada Voss']],
    ['a heading of prose', '<div>Von der Fähre bis zum Hafen</div>', []],
  ])('%s', (_name, byline, names) => {
    expect(namesOf(`<h1>Ferry</h1>${byline}${body}`)).toEqual(names);
  });

  it('are not those of other articles further down', () => {
    const cards = `<article><h2>${'Another story '.repeat(8)}</h2><a rel="author" href="/a">Eve Other</a></article>`;
    expect(namesOf(`<h1>Ferry</h1><a rel="author" href="/ada">Ada Voss</a>${body}${cards}`)).toEqual(['Ada Voss']);
  });

  it('are not those of comments', () => {
    const comment =
      '<div itemscope itemtype="https://schema.org/Comment"><span itemprop="author">Eve Other</span></div>';
    const own =
      '<div itemscope itemtype="https://schema.org/NewsArticle"><span itemprop="author">Ada Voss</span></div>';
    expect(namesOf(`<h1>Ferry</h1>${own}${body}${comment}`)).toEqual(['Ada Voss']);
  });
});
