import type { Author } from '../article.js';
import type { HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import { isNode, ldText, ldUrl, list, typesOf, type LdNode } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { comparisonKey } from '../text.js';
import { cleanName, invertedName, parseByline, uniqueAuthors } from './byline.js';
import { AGENCY } from './byline-words.js';
import { CandidateList, type Candidate, type Source } from './candidate.js';
import type { HeaderPlace } from './header.js';
import { oncePerPage } from './once-per-page.js';
import { itemAuthors, visibleBylines } from './visible-bylines.js';

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

/** Where a visible byline may stand, and what the site is called. */
export interface BylineSurroundings extends HeaderPlace {
  siteNames: readonly string[];
}

/** An author and whether the page calls it an organisation. */
interface StatedAuthor extends Author {
  organisation?: boolean;
}

/**
 * The author lists of the page; without `all`, only those that may be chosen. The site itself is an author only where the page states it as an organisation that
 * signs, and then behind lists that name people.
 */
export function authorCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  around: BylineSurroundings,
  all = true,
): Candidate<Author[]>[] {
  const lists = new CandidateList<Author[]>(all);
  const sites = new Set(around.siteNames.map(comparisonKey));
  const isSite = (name: string): boolean => sites.has(comparisonKey(name)) || DOMAIN.test(name);
  const add = (authors: readonly StatedAuthor[], source: Source, rule: string, confidence: number): void => {
    if (authors.length === 0) return;
    // The site beside a person's name says where the person works.
    const people = uniqueAuthors(authors.filter(({ name }) => !isSite(name)).map(withoutKind));
    const houses = authors.filter(({ name, organisation }) => organisation === true && !DOMAIN.test(name));
    if (people.length > 0) {
      // A house that signs is believed after a person that the page names elsewhere; an agency is not a house.
      const isHouse = authors.every(({ name, organisation }) => organisation === true && !AGENCY.test(name));
      lists.add(people, source, rule, isHouse ? 0.64 : confidence);
    }
    if (people.length === 0 && houses.length > 0) {
      lists.add(uniqueAuthors(houses.map(withoutKind)), source, rule, confidence * 0.4);
    }
  };

  add(ldAuthors(page), 'json-ld', 'author', 0.95);
  for (const [name, confidence] of META) {
    const stated = lists.wants(confidence) ? page.meta.get(name) : undefined;
    if (stated === undefined) continue;
    const values = stated.filter((value) => !/^https?:/i.test(value));
    const authors = values.flatMap((value) => {
      const inverted = invertedName(value);
      return inverted === undefined ? parseByline(value) : [inverted];
    });
    add(
      authors.map((author) => ({ name: author })),
      name.includes(':') ? 'open-graph' : 'meta',
      name,
      confidence,
    );
  }
  if (lists.wants(0.76)) add(itemAuthors(tree, page, around.body), 'microdata', 'author', 0.76);
  const wants = (confidence: number): boolean => lists.wants(confidence);
  for (const { authors, rule, confidence } of visibleBylines(tree, page, around, wants))
    add(authors, 'dom', rule, confidence);
  return lists.found;
}

/** A host's name instead of a name. */
const DOMAIN = /^[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{Ll}{2,12}$/u;

function withoutKind({ name, url }: StatedAuthor): Author {
  return url === undefined ? { name } : { name, url };
}

const ldAuthors = oncePerPage((page): readonly StatedAuthor[] => {
  const { article, resolve } = page.jsonLd;
  const stated = article?.['author'] ?? article?.['authors'] ?? article?.['creator'];
  const values = list(stated).flatMap((value) => (isNode(value) ? list(value['@list'] ?? value) : [value]));
  return values.flatMap((value): StatedAuthor[] => {
    const node = resolve(value);
    if (typeof node === 'string') return node.startsWith('http') ? [] : parseByline(node).map((name) => ({ name }));
    return isNode(node) ? nodeAuthors(node, page.baseUrl) : [];
  });
});

function nodeAuthors(node: LdNode, base: string): StatedAuthor[] {
  const url = webUrl(ldUrl(node['url']), base);
  const organisation = typesOf(node).some((type) => type.includes('organization'));
  const parts = [ldText(node['givenName']), ldText(node['familyName'])].filter((part) => part !== undefined);
  const names = list(node['name'] ?? (parts.length === 2 ? parts.join(' ') : undefined));
  return names.flatMap((entry): StatedAuthor[] => {
    const stated = ldText(entry);
    if (stated === undefined || /^https?:/.test(stated)) return [];
    const whole = organisation ? cleanName(stated) : undefined;
    const all = whole === undefined ? parseByline(stated) : [whole];
    return all.map((name) => ({ name, organisation, ...(url !== undefined && all.length === 1 && { url }) }));
  });
}
