import { isNode, ldText, ldUrl, samePage, typesOf, type LdNode } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { comparisonKey } from '../text.js';

/** How firmly the metadata call the page an article. */
export const Declared = {
  no: 0,
  /** OpenGraph's type alone, which many systems write on every page. */
  loosely: 1,
  /** A JSON-LD article about this page, or a time of publication. */
  firmly: 2,
} as const;
export type Declared = (typeof Declared)[keyof typeof Declared];

/** Types of JSON-LD nodes that make a page a list, whatever else it carries. */
export const LIST_TYPES: ReadonlySet<string> = new Set([
  'collectionpage',
  'searchresultspage',
  'itemlist',
  'profilepage',
  'imagegallery',
  'videogallery',
  'podcastseries',
]);

/** Metadata whose values are times of publication. */
const PUBLISHED = [
  'article:published_time',
  'og:published_time',
  'datepublished',
  'publishdate',
  'publish_date',
  'pubdate',
];

export function declaresArticle(page: PageMetadata, title: string, url: string): Declared {
  const { article } = page.jsonLd;
  if (article && ldText(article['headline']) !== undefined && isAboutPage(article, page, title, url))
    return Declared.firmly;
  if (PUBLISHED.some((name) => page.meta.has(name))) return Declared.firmly;
  if (page.itemProperties.some(({ name }) => name === 'articlebody')) return Declared.firmly;
  return page.meta.get('og:type')?.[0]?.toLowerCase() === 'article' ? Declared.loosely : Declared.no;
}

/** Letters that titles of the same article share at their beginning. */
const AGREEING = 16;

/** False for an article of another address or headline, as list pages carry for their entries. */
function isAboutPage(article: LdNode, page: PageMetadata, title: string, url: string): boolean {
  const own = [url, page.canonical, page.meta.get('og:url')?.[0]].filter((one) => one !== undefined);
  const stated = ldUrl(article['mainEntityOfPage']) ?? ldUrl(article['url']);
  if (stated !== undefined && own.some((one) => samePage(one, stated))) return true;
  const articles = page.jsonLd.nodes.filter((node) =>
    typesOf(node).some((type) => type.endsWith('article') || type === 'blogposting'),
  );
  if (stated === undefined && articles.length === 1) return true;
  const headline = comparisonKey(ldText(article['headline']) ?? '').slice(0, AGREEING);
  const names = [title, page.documentTitle, page.meta.get('og:title')?.[0]];
  // The title itself may have been taken from this node.
  const agreeing = names.filter((name) => name !== undefined && comparisonKey(name).startsWith(headline)).length;
  return agreeing >= 2;
}

/** The JSON-LD node of one of these types that is what the page is about: it bears the page's name. */
export function mainEntity(page: PageMetadata, title: string, types: ReadonlySet<string>): LdNode | undefined {
  const key = comparisonKey(title);
  return page.jsonLd.nodes.find((node) => {
    if (!isNode(node) || !typesOf(node).some((type) => types.has(type))) return false;
    const name = comparisonKey(ldText(node['name']) ?? ldText(node['title']) ?? '');
    return name !== '' && (key.startsWith(name) || name.startsWith(key)) && closeInLength(name, key);
  });
}

function closeInLength(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 0.8 * Math.max(a.length, b.length);
}
