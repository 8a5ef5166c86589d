import type { Author } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import { isNode, ldUrl, list, typesOf } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { comparisonKey } from '../text.js';
import { PhraseTable } from '../body/phrase-table.js';
import { cleanName, parseByline, uniqueAuthors } from './byline.js';
import { candidate, type Candidate, type Source } from './candidate.js';

const META: readonly (readonly [name: string, confidence: number])[] = [
  ['parsely-author', 0.8],
  ['article:author_name', 0.8],
  ['author', 0.78],
  ['article:author', 0.72],
  ['byl', 0.78],
  ['sailthru.author', 0.75],
  ['cxenseparse:author', 0.75],
  ['dc.creator', 0.72],
  ['dcterms.creator', 0.7],
  ['citation_author', 0.8],
  ['article.author', 0.7],
  ['og:author', 0.7],
  ['creator', 0.65],
];

/** Trust in the most trusted visible byline: the page is not searched for one where something better is stated. */
const VISIBLE = 0.7;

/** Where a visible byline may stand. */
export interface BylineSurroundings {
  title: number | undefined;
  body: number;
  siteNames: readonly string[];
}

/** The author lists of the page, as far as they are needed to find the most trusted. Lists that name only the site itself rank behind those that name people. */
export function authorCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  around: BylineSurroundings,
): Candidate<Author[]>[] {
  const found: Candidate<Author[]>[] = [];
  const sites = new Set(around.siteNames.map(comparisonKey));
  const add = (authors: readonly Author[], source: Source, rule: string, confidence: number): void => {
    const stated = uniqueAuthors(authors);
    const people = stated.filter(({ name }) => !sites.has(comparisonKey(name)));
    // The site beside a person's name says where the person works.
    const unique = people.length > 0 ? people : stated;
    if (unique.length === 0) return;
    found.push(candidate(unique, source, rule, people.length === 0 ? confidence * 0.4 : confidence));
  };

  add(ldAuthors(page), 'json-ld', 'author', 0.95);
  for (const [name, confidence] of META) {
    const values = page.meta.get(name) ?? [];
    const authors = values.filter((value) => !/^https?:/i.test(value)).flatMap((value) => parseByline(value));
    add(
      authors.map((author) => ({ name: author })),
      name.includes(':') ? 'open-graph' : 'meta',
      name,
      confidence,
    );
  }
  add(microdataAuthors(tree, page), 'microdata', 'author', 0.76);
  if (found.some(({ confidence }) => confidence >= VISIBLE)) return found;
  const visible = visibleBylines(tree, page, around);
  add(visible.relAuthor, 'dom', 'rel=author', VISIBLE);
  add(visible.byline, 'dom', 'byline', 0.66);
  return found;
}

function ldAuthors(page: PageMetadata): Author[] {
  const { article, resolve } = page.jsonLd;
  const authors: Author[] = [];
  for (const value of [
    ...list(article?.['author']),
    ...(article?.['author'] === undefined ? list(article?.['creator']) : []),
  ]) {
    const node = resolve(value);
    if (typeof node === 'string') {
      if (!node.startsWith('http')) authors.push(...parseByline(node).map((name) => ({ name })));
    } else if (isNode(node)) {
      const url = webUrl(ldUrl(node['url']), page.baseUrl);
      for (const stated of list(node['name'])) {
        if (typeof stated !== 'string') continue;
        const organisation = typesOf(node).some((type) => type.includes('organization'));
        const whole = organisation ? cleanName(stated) : undefined;
        const names = whole === undefined ? parseByline(stated) : [whole];
        authors.push(...names.map((name) => (url === undefined || names.length > 1 ? { name } : { name, url })));
      }
    }
  }
  return authors;
}

function microdataAuthors(tree: HtmlTree, page: PageMetadata): Author[] {
  const authors: Author[] = [];
  let scopeEnd = 0;
  for (const { name, node } of page.itemProperties) {
    if (name !== 'author' || node < scopeEnd) continue;
    const inner = page.itemProperties.find((item) => item.name === 'name' && tree.contains(node, item.node));
    scopeEnd = tree.end(node);
    const holder = inner?.node ?? node;
    const text = tree.attribute(holder, 'content') ?? tree.textContent(holder, 300);
    authors.push(...parseByline(text).map((author) => ({ name: author })));
  }
  return authors;
}

const BYLINE =
  / (?:byline|bylines|by line|author|authors|author ?name|authorname|post ?author|article ?author|entry ?author|writer|reporter|journalist|autor|autoren|auteur|author ?link|author ?names|contributor|contributors) /;

const BYLINE_NAMES = new PhraseTable([BYLINE]);

/** The visible byline: the first that stands from the title to the beginning of the body, else the first of the page. */
function visibleBylines(
  tree: HtmlTree,
  page: PageMetadata,
  around: BylineSurroundings,
): { relAuthor: Author[]; byline: Author[] } {
  const relAuthor: Author[] = [];
  const byline: Author[] = [];
  const from = around.title ?? 0;
  const to = Math.max(around.body, from) + 300;
  for (let i = from; i < Math.min(to, tree.size); i++) {
    const className = tree.attribute(i, 'class');
    const isRel = /\bauthor\b/.test(tree.attribute(i, 'rel') ?? '');
    if (isRel) {
      const url = webUrl(tree.attribute(i, 'href'), page.baseUrl);
      for (const name of parseByline(tree.textContent(i, 300)))
        relAuthor.push(url === undefined ? { name } : { name, url });
    } else if (className !== undefined && byline.length === 0 && BYLINE_NAMES.matches(className)) {
      const text = tree.textContent(i, 400);
      if (text.length < 300) byline.push(...parseByline(text).map((name) => ({ name })));
    }
  }
  return { relAuthor, byline };
}
