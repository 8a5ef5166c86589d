import { describe, expect, it } from '@jest/globals';
import { parseHtml } from '../html-tree.js';
import { readPageMetadata, type PageMetadata } from '../metadata/page-metadata.js';
import { readAccess } from './access.js';
import { canonicalCandidates } from './canonical.js';
import { mostTrusted } from './candidate.js';
import { keywordCandidates, sectionCandidates } from './classification.js';
import { languageCandidates } from './language.js';

const url = 'https://www.ledger.example/north/politics/ferry';
const read = (html: string): PageMetadata => readPageMetadata(parseHtml(html), url);
const ld = (node: object): string => `<script type="application/ld+json">${JSON.stringify(node)}</script>`;

describe('the canonical address', () => {
  it.each([
    ['rel=canonical', '<link rel="canonical" href="/ferry">', 'https://www.ledger.example/ferry'],
    ['og:url', '<meta property="og:url" content="https://ledger.example/f">', 'https://ledger.example/f'],
    [
      'not the home page',
      '<link rel="canonical" href="/"><meta property="og:url" content="/f">',
      'https://www.ledger.example/f',
    ],
    ['not another site', '<link rel="canonical" href="https://other.example.org/f">', undefined],
    [
      'another site that two signals name',
      '<link rel="canonical" href="https://wire.example.org/f"><meta property="og:url" content="http://www.wire.example.org/f/">',
      'https://wire.example.org/f',
    ],
    [
      "JSON-LD's page",
      ld({ '@type': 'Article', mainEntityOfPage: { '@id': 'https://ledger.example/f#page' } }),
      'https://ledger.example/f',
    ],
  ])('%s', (_name, html, canonical) => {
    expect(mostTrusted(canonicalCandidates(read(html), url))?.value).toBe(canonical);
  });
});

describe('section and keywords', () => {
  const crumb = (position: number, name: string, item?: string): object => ({
    '@type': 'ListItem',
    position,
    name,
    item,
  });

  it.each([
    ['metadata', '<meta property="article:section" content="Harbours">', 'Harbours'],
    ['no template words', '<meta property="article:section" content="article">', 'politics'],
    [
      'breadcrumbs',
      ld({
        '@type': 'BreadcrumbList',
        itemListElement: [crumb(1, 'Home', '/'), crumb(2, 'Coast', '/coast'), crumb(3, 'Ferry sails')],
      }),
      'Coast',
    ],
    ['the path', '', 'politics'],
  ])('%s', (_name, html, section) => {
    expect(mostTrusted(sectionCandidates(read(html), url))?.value).toBe(section);
  });

  it.each<[string, string, string[]]>([
    ['a list in one string', '<meta name="news_keywords" content="ferry, Harbour;ferry">', ['ferry', 'Harbour']],
    ['nodes', ld({ '@type': 'Article', keywords: [{ name: 'ferry' }, 'harbour'] }), ['ferry', 'harbour']],
    [
      'no section, no machine tags',
      '<meta property="article:section" content="Coast"><meta name="keywords" content="coast,id:77,ferry">',
      ['ferry'],
    ],
    ['links', '<a rel="tag">#Ferry</a><a rel="nofollow tag">Harbour</a>', ['Ferry', 'Harbour']],
  ])('%s', (_name, html, keywords) => {
    expect(mostTrusted(keywordCandidates(read(html), url))?.value).toEqual(keywords);
  });
});

describe('language and access', () => {
  it.each([
    ['<html lang="en_gb">', 'en-GB'],
    [ld({ '@type': 'Article', inLanguage: { '@type': 'Language', name: 'Deutsch', alternateName: 'de' } }), 'de'],
    ['<meta property="og:locale" content="pt_BR">', 'pt-BR'],
    ['<html lang="klingon language">', undefined],
  ])('%s', (html, language) => {
    expect(mostTrusted(languageCandidates(read(html), undefined))?.value).toBe(language);
  });

  it.each([
    [ld({ '@type': 'NewsArticle', isAccessibleForFree: 'False' }), false],
    [ld({ '@type': 'NewsArticle', isAccessibleForFree: true }), true],
    [ld({ '@type': 'NewsArticle', hasPart: [{ '@type': 'WebPageElement', isAccessibleForFree: false }] }), false],
    [ld({ '@type': 'WebPage', isAccessibleForFree: ['http://schema.org/False'] }), false],
    ['<meta itemprop="isAccessibleForFree" content="true">', true],
    ['<p>Subscribe to continue reading.</p>', undefined],
  ])('%s', (html, free) => {
    const tree = parseHtml(html);
    expect(readAccess(tree, readPageMetadata(tree, url)).free).toBe(free);
  });
});
